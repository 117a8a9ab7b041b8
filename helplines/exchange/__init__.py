"""Lists of an organisation as files: written for a spreadsheet, read back with every fault named, all or nothing."""
