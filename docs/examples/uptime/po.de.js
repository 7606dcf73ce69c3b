cockpit.locale({
    "": { "plural-forms": n => n != 1, "language": "de" },
    "Uptime": [null, "Laufzeit"],
});
