cockpit.locale({
    "": { "plural-forms": n => n != 1, "language": "de" },
    "Disk space": [null, "Speicherplatz"],
    "Mounted at": [null, "Eingehängt in"],
    "Used": [null, "Belegt"],
});
