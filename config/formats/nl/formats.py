"""Dutch as Django has it, but a time that somebody edits has no seconds."""

TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M", "%H.%M:%S"]
