"use strict";

const element = id => document.getElementById(id);
const environment = JSON.parse(element("environment").textContent);
const page = environment.page;
const oauth = environment.OAuth;
const byPassword = document.querySelector("meta[name=login]").content === "password";
/* The console's own address, and the application that the page was shown for. */
const base = new URL("../../", document.currentScript.src).pathname;
const shownFor = new URL("..", document.currentScript.src).pathname.slice(base.length, -1);
let application = shownFor;

const _ = text => environment.translations?.[text] || text;

/* The token in a link's fragment, or the text itself where it is one; else null. */
function tokenIn(text) {
    const match = /(?:^|#(?:.*&)?token=)([A-Za-z0-9_-]{43})(?:&.*)?$/.exec(text.trim());
    return match ? match[1] : null;
}

function base64(text) {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function get(place, headers) {
    return fetch(base + application + place, { headers, cache: "no-store" });
}

function onSubmit(id, action) {
    element(id).onsubmit = event => {
        event.preventDefault();
        action();
    };
    return element(id);
}

/* Shows one form, with what went wrong before. */
function show(form, field, problem) {
    for (const other of document.forms) {
        other.hidden = other !== form;
        other.querySelector("button").disabled = false;
    }
    element("status").textContent = "";
    element("problem").textContent = problem;
    element("forget").hidden = true;
    field.focus();
}

function start(problem) {
    if (byPassword)
        show(element("password-form"), element(element("user").value ? "password" : "user"), problem);
    else
        show(element("token-form"), element("link"), problem);
}

/* A further question of the server's: a code, a new password, a host's key. */
function ask(question) {
    const key = question["host-key"];
    element("told").textContent = key ? _("Is this the host's key? Compare it with one that you got in another way.") : question.message;
    element("key").hidden = !key;
    element("key").firstChild.textContent = key ? question.default : "";
    element("prompt").textContent = key ? "" : question.prompt || _("Answer");
    const answer = element("answer");
    answer.hidden = !!key;
    answer.type = question.echo ? "text" : "password";
    answer.value = question.default || "";
    const form = onSubmit("question-form", () => {
        login("X-Conversation " + question.id + " " + base64(answer.value));
        answer.value = "";
    });
    const button = form.querySelector("button");
    button.textContent = key ? _("Accept the key") : _("Continue");
    show(form, key ? button : answer, question.error);
}

/* The other host's keys that were accepted; `keys` take their place. Cockpit's pages have them there, too. */
function acceptedKeys(keys) {
    try {
        const all = Object(JSON.parse(localStorage.getItem("known_hosts")));
        const host = decodeURIComponent(application.split("+=")[1]).replace(/^.*@/, "").toLowerCase();
        if (typeof keys === "string")
            localStorage.setItem("known_hosts", JSON.stringify({ ...all, [host]: keys }));
        return all[host];
    } catch {
        return "";
    }
}

/* What this browser keeps, if it does. */
function kept(storage, name) {
    try {
        return window[storage].getItem(name);
    } catch {
        return null;
    }
}

const ABSENT = _("This way to log in is not set up.");
const USED = _("This login link does not work: it was used already, or is too old.");
const REASONS = {
    "access-denied": _("You are not permitted to log in."),
    "authentication-disabled": ABSENT,
    "authentication-not-supported": ABSENT,
    "invalid-hostkey": _("The host's key is another one than before. Somebody may be in between: nothing was sent."),
    "no-host": _("The host cannot be reached."),
    "no-session": _("Logged in, but the browser did not keep the cookie. Allow cookies for this site; behind a proxy, open the address that begins with https."),
    "origin": _("The console does not know the address that this page has. Behind a proxy, the administrator has to set it up."),
    "timeout": _("The machine takes too long to check the login."),
    "unknown-hostkey": _("The host's key was not accepted."),
};

function refusal(response, { problem, message }) {
    if (response.status === 401 && !byPassword)
        return USED;
    if (problem === "authentication-failed")
        return _("Wrong user name or password.");
    if (response.status === 421)
        return _("The console is not known by the name in this address.");
    if (problem === "access-denied" && message)
        return message;
    return REASONS[problem] || message || _("You could not be logged in.") + " " + (problem || response.status);
}

/* Goes on to the shell; a reason why that would not let us in is told here. */
async function enter(body) {
    const place = "/diagnosis?origin=" + encodeURIComponent(window.location.origin);
    const answer = await get(place).then(response => response.json()).catch(() => ({}));
    if (answer.problem in REASONS) {
        start(REASONS[answer.problem]);
        return;
    }
    if (body["login-data"])
        localStorage.setItem("login-data", JSON.stringify(body["login-data"]));
    const wanted = sessionStorage.getItem("login-wanted");
    sessionStorage.removeItem("login-wanted");
    if (application !== shownFor)
        window.location.assign(base + application.replace("cockpit+", "") + "/");
    else if (oauth && wanted && new URL(wanted).origin === window.location.origin)
        window.location.assign(wanted);
    else
        window.location.reload();
}

async function login(authorization, more = {}) {
    element("problem").textContent = "";
    for (const button of document.querySelectorAll("button[type=submit]"))
        button.disabled = true;
    element("status").textContent = _("Logging in…");
    let response;
    try {
        response = await get("/login", authorization ? { Authorization: authorization, ...more } : {});
    } catch {
        start(_("The console does not answer. It may have been stopped."));
        return;
    }
    const body = await response.json().catch(() => ({}));
    const keys = acceptedKeys((body["login-data"] || body)["known-hosts"]);
    if (response.ok)
        await enter(body);
    else if ((response.headers.get("WWW-Authenticate") || "").startsWith("X-Conversation "))
        ask(body);
    else
        start(authorization || response.status === 403 ? refusal(response, body) : "");
    element("forget").hidden = body.problem !== "invalid-hostkey" || !keys;
}

function label() {
    const texts = {
        explanation: _("Run this command on the machine as the user who started the console, then paste what it prints:"),
        "link-label": _("Login link or token"),
        "user-label": _("User name"),
        "password-label": _("Password"),
        "other-label": _("Other options"),
        "host-label": _("Connect to"),
        server: _("Log in with your account on the server") + " " + (shownFor.split("+=")[1] || window.location.hostname),
        "start-over": _("Start over"),
        forget: _("Forget the old key"),
        banner: environment.banner || "",
    };
    for (const [id, text] of Object.entries(texts))
        element(id).textContent = text;
    for (const button of document.querySelectorAll("button[type=submit]"))
        button.textContent = button.form.id === "question-form" ? _("Continue") : _("Log in");
    element("other").hidden = !page.connect || shownFor !== "cockpit";
    element("other").open = page.require_host;
    if (environment.CACertUrl) {
        const link = element("authority").firstChild;
        link.textContent = _("Download the certificate to trust");
        link.href = environment.CACertUrl;
        element("authority").hidden = false;
    }
}

function submitPassword() {
    const host = page.connect ? element("host").value.trim() : "";
    application = host ? "cockpit+=" + host : shownFor;
    const user = element("user").value;
    const password = element("password").value;
    element("password").value = "";
    if (host && !/^[\w@.:[\]-]+$/.test(host)) {
        start(_("This is not the name of a host."));
        return;
    }
    const more = { "X-Superuser": kept("localStorage", "superuser:" + user + (host ? ":" + host : "")) || "none" };
    let keys = "";
    if (application !== "cockpit") {
        more["X-SSH-Connect-Unknown-Hosts"] = "yes";
        keys = acceptedKeys();
    }
    login("Basic " + base64(user + ":" + password + (keys ? "\0" + keys : "")), more);
}

function listen() {
    onSubmit("token-form", () => {
        const token = tokenIn(element("link").value);
        element("link").value = "";
        if (token)
            login("Bearer " + token);
        else
            start(_("This is neither a login link nor a token."));
    });
    onSubmit("password-form", submitPassword);
    element("start-over").addEventListener("click", () => start(""));
    element("forget").addEventListener("click", () => {
        acceptedKeys("");
        start("");
    });
    window.addEventListener("hashchange", () => followLink(""));
}

/* Logs in by the token in the address, and removes it there. */
function followLink(otherwise) {
    const fragment = window.location.hash;
    if (!fragment.includes("token=")) {
        if (otherwise)
            start(otherwise);
        return;
    }
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    const token = tokenIn(fragment);
    if (token && !byPassword)
        login("Bearer " + token);
    else
        start(byPassword ? "" : USED);
}

/* Fetches a token from elsewhere. One that was not sent for may be somebody else's. */
function visit() {
    const answer = new URLSearchParams(window.location.hash.slice(1) || window.location.search);
    const wanted = sessionStorage.getItem("login-wanted");
    const token = answer.get(oauth.TokenParam);
    const error = answer.get(oauth.ErrorParam);
    if (token || error)
        window.history.replaceState(null, "", window.location.pathname);
    if (error)
        start(error);
    else if (token && wanted)
        login("Bearer " + token);
    else {
        const here = window.location.href.split("#")[0];
        sessionStorage.setItem("login-wanted", here);
        window.location.assign(oauth.URL + (oauth.URL.includes("?") ? "&" : "?") + "redirect_uri=" + encodeURIComponent(here));
    }
}

label();
listen();
/* Why the session before ended (as Cockpit's `logout` leaves it); told once. Who left is not let in again by itself. */
const farewell = kept("sessionStorage", "logout-reason");
const hasLeft = farewell || kept("sessionStorage", "logout-intent");
for (const name of hasLeft ? ["logout-reason", "logout-intent"] : [])
    sessionStorage.removeItem(name);
if (farewell && !window.location.hash.includes("token="))
    start(farewell);
else if (byPassword && oauth)
    visit();
else if (byPassword && !hasLeft && (environment.certificate || environment.negotiate))
    login("");
else if (byPassword && !window.location.hash.includes("token="))
    start("");
else
    followLink(_("You need a login link to open this console. Each link works once."));
