"""The pages: for visitors without a cookie, and for who handles what they say."""
