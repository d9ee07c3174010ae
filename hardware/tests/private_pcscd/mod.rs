//! A pcscd that shares nothing with the machine's.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Names the socket for the client library, and marks the process that may use it.
const SOCKET: &str = "PCSCLITE_CSOCK_NAME";

/// Runs `test` in a process of its own, with a service of its own that is not started yet. `name` is the test's.
pub(crate) fn in_private(name: &str, test: impl FnOnce(Pcscd)) {
    if std::env::var_os("HARDWARE_TEST_CHILD").is_some() {
        return test(Pcscd::new());
    }
    let dir = TempDir::new().unwrap();
    let private = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    let (run, _turn) = if private { (dir.path().join("run"), None) } else { ("/run/pcscd".into(), Some(turn())) };
    fs::create_dir_all(&run).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("HARDWARE_TEST_CHILD", dir.path())
        .env(SOCKET, run.join("pcscd.comm"))
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed in its own process; its output is above");
}

/// Waits for the only turn on the system's path.
fn turn() -> File {
    let file = File::create("/tmp/hardware-test-pcscd.lock").unwrap();
    file.lock().unwrap();
    file
}

pub(crate) struct Pcscd {
    /// Port of the first slot of "Kiosk ID Reader"; the second's is the next.
    pub(crate) port: u16,
    socket: PathBuf,
    config: PathBuf,
    child: Option<Child>,
}

impl Pcscd {
    fn new() -> Self {
        let dir = PathBuf::from(std::env::var_os("HARDWARE_TEST_CHILD").unwrap());
        let socket = PathBuf::from(std::env::var_os(SOCKET).unwrap());
        let port = two_free_ports();
        let config = dir.join("readers");
        fs::create_dir_all(&config).unwrap();
        let reader = format!(
            "FRIENDLYNAME \"Kiosk ID Reader\"\nDEVICENAME /dev/null:0x{port:04X}\n\
             LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID 0x{port:04X}\n"
        );
        fs::write(config.join("vpcd"), reader).unwrap();
        Self { port, socket, config, child: None }
    }

    /// Starts the service, and waits until it listens.
    pub(crate) fn start(&mut self) {
        drop(fs::remove_file(&self.socket));
        let run = self.socket.parent().unwrap();
        let mut command = if run == Path::new("/run/pcscd") {
            Command::new("pcscd")
        } else {
            let mut command = Command::new("unshare");
            // A tmpfs over /run, so that /run/pcscd need not exist on the machine.
            let script = "mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind \"$0\" /run/pcscd \
                          && exec pcscd \"$@\"";
            command.args(["-m", "sh", "-c", script]).arg(run);
            command
        };
        command.args(["--foreground", "--config"]).arg(&self.config).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("pcscd: apt-get install pcscd vsmartcard-vpcd util-linux");
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.socket.exists() {
            assert!(Instant::now() < deadline, "pcscd made no socket; is vsmartcard-vpcd installed?");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Kills the service, as a crash would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Below the range from which the system takes ports for outgoing connections, and by process, so that tests that run
/// beside each other do not take each other's before pcscd has bound them.
fn two_free_ports() -> u16 {
    let free = |port: u16| TcpListener::bind(("0.0.0.0", port)).is_ok();
    let offset = u16::try_from(std::process::id() % 10_000).unwrap() * 2;
    let mut ports = (0..10_000).map(|step| 10_000 + (offset + step * 2) % 20_000);
    ports.find(|port| free(*port) && free(*port + 1)).expect("no two free ports")
}
