addEventListener("load", () => {
    cockpit.translate();
    const output = document.getElementById("output");
    cockpit.spawn(["uptime"], { err: "message" })
        .then(text => { output.textContent = text; })
        .catch(error => { output.textContent = error.message; });
});
