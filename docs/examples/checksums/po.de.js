cockpit.locale({
    "": { "plural-forms": n => n != 1, "language": "de" },
    "Checksums": [null, "Prüfsummen"],
    "Folder": [null, "Ordner"],
    "Check": [null, "Prüfen"],
    "Cancel": [null, "Abbrechen"],
    "Cancelled": [null, "Abgebrochen"],
    "Progress": [null, "Fortschritt"],
    "File": [null, "Datei"],
    "$0 file": ["$0 files", "$0 Datei", "$0 Dateien"],
});
