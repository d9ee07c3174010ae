//! The binary as people run it: commands, a server with TLS, a stop, a sudden end.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crowd;
mod folder;
mod keys;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use outside::Left;
use outside::ending::{Ending, faults};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_kiosk-backend");

fn folder(extra: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let text = format!("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\nhall = \"测试大厅\"\n{extra}");
    std::fs::write(dir.path().join("backend.toml"), text).unwrap();
    dir
}

fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("--config").arg(dir.join("backend.toml")).args(arguments);
    command
}

fn run(dir: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = command(dir, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that needs no input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn refused(output: &Output, says: &str) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains(says), "{message}");
}

/// A server that is looked at when it has ended: no error may be in its log, and nothing on stderr.
struct Server {
    child: Child,
    url: String,
    written: Vec<JoinHandle<Vec<String>>>,
    /// What the test says that it leaves in the log.
    leaves: Vec<Left>,
}

/// Reads to the end.
fn kept(lines: impl Iterator<Item = String> + Send + 'static) -> JoinHandle<Vec<String>> {
    std::thread::spawn(|| lines.collect())
}

impl Server {
    fn start(dir: &Path) -> Self {
        Self::begun(command(dir, &["serve"]))
    }

    /// With so many files to open and no more.
    fn start_with_files(dir: &Path, files: u32) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\""), BINARY, "--config"]);
        shell.arg(dir.join("backend.toml")).arg("serve");
        Self::begun(shell)
    }

    fn begun(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut before = Vec::new();
        let url = loop {
            let line = lines.next().expect("the server ended before it listened");
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["fields"]["message"] == "listening" {
                break told["fields"]["url"].as_str().unwrap().to_owned();
            }
            before.push(line);
        };
        let logged = before.into_iter().chain(lines).filter(|line| faults(line).next().is_some());
        Self { child, url, written: vec![kept(errors), kept(logged)], leaves: Vec::new() }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let lines = self.written.drain(..).flat_map(|written| written.join().unwrap()).collect();
        if !std::thread::panicking() {
            assert_eq!(Ending { lines, ..Ending::default() }.fault(&self.leaves), None);
        }
    }
}

#[test]
fn commands_build_a_hall_and_refuse_with_a_reason() {
    let dir = folder("");
    let dir = dir.path();
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets");
    json(&run(dir, &["--json", "catalogue", "import", &format!("{assets}/catalogue")], ""));
    json(&run(dir, &["--json", "calendar", "import", &format!("{assets}/calendar/2026.toml")], ""));
    json(&run(dir, &["--json", "window", "add", "3号窗口", "--department", "culture"], ""));
    let again = run(dir, &["window", "add", "4号窗口", "--department", "culture"], "");
    refused(&again, "belongs to window \"3号窗口\"");
    refused(&run(dir, &["window", "add", "5号窗口", "--department", "nothing"], ""), "no department \"nothing\"");
    let card = ["--window", "3号窗口", "--role", "clerk", "--card-uid", "04A1B2C3D4E5F6", "--pin"];
    let add = |name: &'static str| [&["--json", "staff", "add", name][..], &card[..]].concat();
    json(&run(dir, &add("李梅"), "a long password\n2580\n"));
    refused(&run(dir, &add("王强"), "a long password\n2580\n"), "This card is \\\"李梅\\\"'s");
    refused(&run(dir, &add("王强"), "a long password\n"), "give the PIN on stdin");
    let give = |name, pin| run(dir, &["--json", "staff", "card", name, "--card-uid", "04A1B2C3D4E5F6"], pin);
    assert_eq!(json(&give("李梅", "8025\n"))["has_card"], true);
    refused(&give("李梅", "1111\n"), "PIN");
    refused(&give("李梅", ""), "give the PIN on stdin");
    refused(&give("王强", "8025\n"), "This card is \\\"李梅\\\"'s");
    refused(&run(dir, &["staff", "card", "nobody"], ""), "nobody");
    assert_eq!(json(&run(dir, &["--json", "staff", "card", "李梅"], ""))["has_card"], false);
    assert_eq!(json(&run(dir, &["--json", "staff", "list"], ""))[0]["has_card"], false);
    refused(&run(dir, &["staff", "add", "王强", "--role", "clerk", "--window", "x"], "a long password\n"), "no window");
    let listed = json(&run(dir, &["--json", "staff", "list"], ""));
    assert_eq!(listed[0]["windows"][0][1], "3号窗口");
    let code = json(&run(dir, &["--json", "kiosk", "add", "东侧"], ""))["code"].as_str().unwrap().to_owned();
    assert_eq!(code.len(), 14);
    refused(&run(dir, &["kiosk", "add", "东侧"], ""), "already");
    assert!(json(&run(dir, &["--json", "audit", "verify"], ""))["entries"].as_i64().unwrap() >= 5);
    let verified = json(&run(dir, &["--json", "verify"], ""));
    assert_eq!((&verified["count"], &verified["flaws"]), (&0.into(), &serde_json::json!([])));
    assert_eq!(json(&run(dir, &["--json", "restored"], ""))["generation"], 2);
    let copy = dir.join("copy.db");
    json(&run(dir, &["--json", "backup", copy.to_str().unwrap()], ""));
    refused(&run(dir, &["backup", copy.to_str().unwrap()], ""), "exists already");
    assert_eq!(run(dir, &["window"], "").status.code(), Some(2));
}

#[test]
fn an_account_is_linked_to_the_citys_by_hand() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = folder(
        "public_url = \"https://hall.example\"\n[oidc]\nissuer = \"https://id.example\"\nclient_id = \"hall\"\n\
         client_secret_file = \"secret\"\n",
    );
    refused(&run(dir.path(), &["staff", "list"], ""), "oidc.client_secret_file");
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "a secret\n").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    json(&run(dir.path(), &["--json", "window", "add", "3号窗口", "--department", "culture"], ""));
    for name in ["李梅", "王强"] {
        let add = ["--json", "staff", "add", name, "--window", "3号窗口", "--role", "clerk"];
        json(&run(dir.path(), &add, "a long password\n"));
    }
    let linked = json(&run(dir.path(), &["--json", "staff", "subject", "李梅", "u-1"], ""));
    assert_eq!((&linked["name"], &linked["subject"]), (&"李梅".into(), &"u-1".into()));
    refused(&run(dir.path(), &["staff", "subject", "王强", "u-1"], ""), "belongs to \"李梅\"");
    json(&run(dir.path(), &["--json", "staff", "subject", "李梅"], ""));
    json(&run(dir.path(), &["--json", "staff", "subject", "王强", "u-1"], ""));
    refused(&run(dir.path(), &["staff", "subject", "nobody", "u-2"], ""), "no such account");
    let without = folder("");
    refused(&run(without.path(), &["staff", "subject", "李梅", "u-1"], ""), "no sign-in with the city's accounts");
}

#[test]
fn a_bad_catalogue_names_file_and_place_and_changes_nothing() {
    let dir = folder("");
    let bad = dir.path().join("catalogue");
    std::fs::create_dir(&bad).unwrap();
    std::fs::write(bad.join("hall.toml"), "version = \"one\"\n").unwrap();
    let import = ["catalogue", "import", bad.to_str().unwrap()];
    refused(&run(dir.path(), &import, ""), "hall.toml:1");
    refused(&run(dir.path(), &["catalogue", "import", "/nowhere"], ""), "/nowhere");
}

#[test]
fn a_bad_configuration_names_the_key() {
    let dir = folder("colour = 1\n");
    refused(&run(dir.path(), &["serve"], ""), "colour");
    refused(&run(Path::new("/nowhere"), &["serve"], ""), "/nowhere/backend.toml");
    let dir = folder("[tls]\ncert = \"none.pem\"\nkey = \"none.pem\"\n");
    refused(&run(dir.path(), &["serve"], ""), "none.pem");
}

#[test]
fn a_command_beside_a_running_server_is_noticed() {
    let dir = folder("");
    let server = Server::start(dir.path());
    let code = json(&run(dir.path(), &["--json", "kiosk", "add", "东侧"], ""))["code"].as_str().unwrap().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let key = hex::encode(ed25519_dalek::SigningKey::from_bytes(&[5; 32]).verifying_key().as_bytes());
    let body = serde_json::json!({ "code": code, "public_key": key, "software": "test" }).to_string();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/kiosk/v1/enrol", server.url);
    let answer = runtime
        .block_on(async { reqwest::Client::new().post(url).body(body).send().await.unwrap().text().await.unwrap() });
    assert!(answer.contains("receipt_prefix"), "{answer}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn over_tls_only_the_certificate_that_is_trusted_is_believed() {
    let dir = folder("[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    std::fs::write(dir.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let server = Server::start(dir.path());
    assert!(server.url.starts_with("https://"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/api/openapi.json", server.url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let ours = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
        let client = |trust: Vec<reqwest::Certificate>| {
            reqwest::Client::builder().tls_certs_only(trust).timeout(Duration::from_secs(20)).build().unwrap()
        };
        assert_eq!(client(vec![ours]).get(&url).send().await.unwrap().status(), 200);
        assert!(client(vec![]).get(&url).send().await.is_err());
    });
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_renewed_certificate_is_served_without_a_restart_and_a_hangup_ends_nothing() {
    let dir = folder("[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    let put = |made: &rcgen::CertifiedKey<rcgen::KeyPair>, with: &rcgen::CertifiedKey<rcgen::KeyPair>| {
        std::fs::write(dir.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(dir.path().join("key.pem"), with.signing_key.serialize_pem()).unwrap();
    };
    let [first, second] = [(); 2].map(|()| rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap());
    put(&first, &first);
    let mut server = Server::start(dir.path());
    server.leaves.push(Left::Logged("the files of [tls] do not fit"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/api/openapi.json", server.url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let believed = |made: &rcgen::CertifiedKey<rcgen::KeyPair>| {
        let trust = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([trust]).timeout(Duration::from_secs(20)).build();
        runtime.block_on(async { client.unwrap().get(&url).send().await.is_ok() })
    };
    assert!(believed(&first) && !believed(&second));
    // Half of a renewal is not believed; the whole is, as soon as somebody asks for it.
    put(&second, &first);
    server.signal("-HUP");
    assert!(believed(&first) && !believed(&second));
    put(&second, &second);
    server.signal("-HUP");
    while !believed(&second) {
        std::thread::yield_now();
    }
    assert!(!believed(&first));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_case_is_taken_out_and_verified_by_name() {
    let dir = folder("");
    refused(&run(dir.path(), &["case", "export", "1010000127", "--to", "x.zip"], ""), "There is no case 1010000127");
    let key = json(&run(dir.path(), &["--json", "case", "key"], ""));
    let key = key["key"].as_str().unwrap();
    assert_eq!(key.len(), 64);
    std::fs::write(dir.path().join("x.zip"), "no zip").unwrap();
    let file = dir.path().join("x.zip");
    let file = file.to_str().unwrap();
    refused(&run(dir.path(), &["case", "verify", file], ""), "this is no .zip");
    // With the key, neither configuration nor data folder is needed.
    let elsewhere = tempfile::tempdir().unwrap();
    refused(&run(elsewhere.path(), &["case", "verify", file, "--key", key], ""), "this is no .zip");
    refused(&run(elsewhere.path(), &["case", "verify", file, "--key", "12"], ""), "--key: give 64 hex digits");
    refused(&run(elsewhere.path(), &["case", "verify", file], ""), "cannot read");
}
