"""The sentences that the browser shows, translated on the server and handed over with the page."""
