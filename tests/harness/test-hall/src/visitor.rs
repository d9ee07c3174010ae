//! Somebody at a browser, which keeps cookies, and the token of the last page's forms.

use std::ops::{Deref, DerefMut};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use crate::founding::PASSWORD;
use crate::{Answer, Office};

/// What a browser keeps.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    pub cookies: Vec<(String, String)>,
    pub csrf: String,
}

impl Jar {
    /// Takes in what came with an answer.
    pub fn keep(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ascii");
            assert!(line.contains("; HttpOnly; SameSite=Lax"), "{line}");
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value));
            }
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
    }

    /// What is sent of the cookies.
    pub fn cookie(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// A form with the token of the last page.
    pub fn form(&self, fields: &[(&str, &str)]) -> String {
        form(&[&[("csrf", self.csrf.as_str())], fields].concat())
    }
}

/// A form as browsers send it.
pub fn form(fields: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://x/", fields).expect("a form");
    url.query().unwrap_or_default().to_owned()
}

/// A form with a file as browsers send it: its type and its body.
pub fn form_with_file(csrf: Option<&str>, name: &str, content: &[u8]) -> (&'static str, Vec<u8>) {
    let part = |head: &str| format!("------form7d1f\r\nContent-Disposition: form-data; name={head}\r\n");
    let mut body = csrf.map(|csrf| part("\"csrf\"\r\n") + csrf + "\r\n").unwrap_or_default().into_bytes();
    body.extend(part(&format!("\"file\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n")).bytes());
    body.extend(content);
    body.extend(b"\r\n------form7d1f--\r\n");
    ("multipart/form-data; boundary=----form7d1f", body)
}

/// Somebody at a browser.
pub struct Visitor<'o> {
    office: &'o Office,
    jar: Jar,
    /// Asks for parts, as a page that renews itself.
    pub htmx: bool,
}

impl Deref for Visitor<'_> {
    type Target = Jar;

    fn deref(&self) -> &Jar {
        &self.jar
    }
}

impl DerefMut for Visitor<'_> {
    fn deref_mut(&mut self) -> &mut Jar {
        &mut self.jar
    }
}

impl<'o> Visitor<'o> {
    pub(crate) fn new(office: &'o Office) -> Self {
        Self { office, jar: Jar::default(), htmx: false }
    }

    pub(crate) fn sign_in(&mut self, name: &str) {
        self.get("/sign-in");
        let answer = self.post("/sign-in", &[("name", name), ("password", PASSWORD)]);
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"), "{}", answer.body);
        let first = self.get("/");
        assert_eq!(self.get(first.location()).status, StatusCode::OK, "{name} begins somewhere");
    }

    /// Goes to a page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[])
    }

    /// Posts a form with the token of the last page.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.jar.form(fields);
        self.send(Method::POST, path, Some(form), &[])
    }

    /// Sends a form, or whatever else a browser or a liar would send.
    pub fn send(&mut self, method: Method, path: &str, form: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let all = [&[("content-type", "application/x-www-form-urlencoded")], headers].concat();
        self.send_body(method, path, form.unwrap_or_default().into_bytes(), &all)
    }

    /// Attaches a file to a case, from its page.
    pub fn upload(&mut self, case: &str, csrf: Option<&str>, name: &str, content: &[u8]) -> Answer {
        self.get(case);
        let (kind, body) = form_with_file(Some(csrf.unwrap_or(&self.csrf)), name, content);
        self.send_body(Method::POST, &format!("{case}/files"), body, &[("content-type", kind)])
    }

    fn send_body(&mut self, method: Method, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "hall.example");
        request = request.header(header::COOKIE, self.cookie());
        if self.htmx {
            request = request.header("hx-request", "true");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let answer = self.office.runtime.block_on(Answer::to(self.office.router.clone(), request));
        self.jar.keep(&answer);
        answer
    }
}
