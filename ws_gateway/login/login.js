"use strict";

const STRINGS = {
    loggingIn: "Logging in…",
    explanation: "Run this command on the machine as the user who started the console, then paste what it prints:",
    linkLabel: "Login link or token",
    server: "Log in with your account on the server ",
    userLabel: "User name",
    passwordLabel: "Password",
    question: "Answer",
    submit: "Log in",
    next: "Continue",
    startOver: "Start over",
    noToken: "You need a login link to open this console. Each link works once.",
    badToken: "This login link does not work: it was used already, or is too old.",
    notAToken: "This is neither a login link nor a token.",
    unreachable: "The console does not answer. It may have been stopped.",
    cookie: "You are logged in, but the browser did not keep the cookie. Allow cookies for this site. Behind a proxy, open the address that begins with https.",
    origin: "You are logged in, but the console does not know the address that this page has. Behind a proxy, the administrator has to set it up for this address.",
    failed: "You could not be logged in: ",
};

/* Where the console's own addresses begin, whatever stands before them. */
const base = new URL("..", document.currentScript.src).pathname;
const element = id => document.getElementById(id);
const byPassword = document.querySelector("meta[name=login]").content === "password";

/* The token in a link's fragment, or the text itself when it looks like a token; null for anything else. */
function tokenIn(text) {
    const match = /(?:^|#(?:.*&)?token=)([A-Za-z0-9_-]{43})(?:&.*)?$/.exec(text.trim());
    return match ? match[1] : null;
}

function base64(text) {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/* Shows one form, with what went wrong before, and puts the cursor into the field. */
function show(form, field, problem) {
    for (const other of document.forms) {
        other.hidden = other !== form;
        other.querySelector("button").disabled = false;
    }
    element("status").textContent = "";
    element("problem").textContent = problem;
    element("problem").hidden = !problem;
    field.focus();
}

function start(problem) {
    if (byPassword)
        show(element("password-form"), element(element("user").value ? "password" : "user"), problem);
    else
        show(element("token-form"), element("link"), problem);
}

/* A further question of the server's: a code, a new password. What is right is answered in the same login. */
function ask(question) {
    element("told").textContent = question.message;
    element("told").hidden = !question.message;
    element("prompt").textContent = question.prompt || STRINGS.question;
    element("answer").type = question.echo ? "text" : "password";
    element("answer").value = "";
    element("question-form").onsubmit = event => {
        event.preventDefault();
        const answer = element("answer").value;
        element("answer").value = "";
        login("X-Conversation " + question.id + " " + base64(answer));
    };
    show(element("question-form"), element("answer"), question.error);
}

function refusal(response, { problem, message }) {
    if (response.status === 401)
        return byPassword && message ? message : STRINGS.badToken;
    return STRINGS.failed + (message || problem || response.status);
}

/* Goes on to the shell, if that will let us in: a reason why not is told here, where it can be read. */
async function enter() {
    const place = base + "diagnosis?origin=" + encodeURIComponent(window.location.origin);
    const answer = await fetch(place, { cache: "no-store" }).then(response => response.json()).catch(() => ({}));
    if (answer.problem === "no-session")
        start(STRINGS.cookie);
    else if (answer.problem === "origin")
        start(STRINGS.origin);
    else
        window.location.reload();
}

async function login(authorization) {
    element("problem").hidden = true;
    for (const button of document.querySelectorAll("button[type=submit]"))
        button.disabled = true;
    element("status").textContent = STRINGS.loggingIn;
    let response;
    try {
        response = await fetch(base + "login", { headers: { Authorization: authorization }, cache: "no-store" });
    } catch {
        start(STRINGS.unreachable);
        return;
    }
    if (response.ok) {
        await enter();
        return;
    }
    const body = await response.json().catch(() => ({}));
    if ((response.headers.get("WWW-Authenticate") || "").startsWith("X-Conversation "))
        ask(body);
    else
        start(refusal(response, body));
}

function label() {
    const texts = {
        explanation: STRINGS.explanation,
        "link-label": STRINGS.linkLabel,
        "user-label": STRINGS.userLabel,
        "password-label": STRINGS.passwordLabel,
        server: STRINGS.server + window.location.hostname,
        "start-over": STRINGS.startOver,
    };
    for (const [id, text] of Object.entries(texts))
        element(id).textContent = text;
    for (const button of document.querySelectorAll("button[type=submit]"))
        button.textContent = button.form.id === "question-form" ? STRINGS.next : STRINGS.submit;
}

function listen() {
    element("token-form").addEventListener("submit", event => {
        event.preventDefault();
        const token = tokenIn(element("link").value);
        element("link").value = "";
        if (token)
            login("Bearer " + token);
        else
            start(STRINGS.notAToken);
    });
    element("password-form").addEventListener("submit", event => {
        event.preventDefault();
        const password = element("password").value;
        element("password").value = "";
        login("Basic " + base64(element("user").value + ":" + password));
    });
    element("start-over").addEventListener("click", () => start(""));
    window.addEventListener("hashchange", () => followLink(""));
}

/* Logs in by the token in the address, of which no trace is left there. */
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
        start(byPassword ? "" : STRINGS.badToken);
}

label();
listen();
if (byPassword && !window.location.hash.includes("token="))
    start("");
else
    followLink(STRINGS.noToken);
