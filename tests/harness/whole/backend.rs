//! The hall's server: the shipped binary on a loopback port, set up through its own command line.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hall_rules::Catalogue;
use outside::ending::OPEN_JOBS;
use rusqlite::{Connection, OpenFlags};

use crate::binaries::{binary, free_port};
use crate::gateway::Gateway;
use crate::supervisor::{Process, Program, run};
use crate::wait::{PATIENCE, now_ms, until, until_true};
use crate::{Context, Error, Result};

/// The backend of one hall.
#[derive(Debug)]
pub struct Backend {
    program: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    address: SocketAddr,
    certificate: Option<PathBuf>,
    process: Option<Process>,
}

/// A member of staff to add.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Name, for signing in and for the screens.
    pub name: &'static str,
    /// `clerk`, `chief` and the like.
    pub role: &'static str,
    /// Name of the window.
    pub window: &'static str,
    /// Password for the console.
    pub password: &'static str,
    /// UID of the staff card in hex, and the PIN that goes with it.
    pub card: Option<(&'static str, &'static str)>,
}

impl Backend {
    /// Writes a configuration into `folder` with `more` at its end, and starts nothing yet.
    pub fn create(folder: &Path, log: &Path, more: &str) -> Result<Self> {
        fs::create_dir_all(folder).context(folder.display())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let backend = Self {
            program: binary("kiosk-backend")?,
            folder: folder.to_owned(),
            log: log.to_owned(),
            address,
            certificate: None,
            process: None,
        };
        let text = format!("listen = \"{address}\"\ndata_dir = \"data\"\nhall = \"临江市政务服务中心\"\n{more}");
        fs::write(backend.config(), text).context("backend.toml")?;
        Ok(backend)
    }

    /// Lets it serve by TLS, with a certificate of its own for the loopback address.
    pub fn secured(self) -> Result<Self> {
        self.secured_for(&["127.0.0.1"])
    }

    /// The same, with a certificate for these addresses.
    pub fn secured_for(mut self, addresses: &[&str]) -> Result<Self> {
        let names: Vec<_> = addresses.iter().map(|&address| address.to_owned()).collect();
        // For three months, as certificates are: by a wrong clock it is not valid.
        let mut valid = rcgen::CertificateParams::new(names).context("a certificate")?;
        let now = Duration::from_millis(now_ms().unsigned_abs());
        let day = Duration::from_secs(86_400);
        valid.not_before = rcgen::date_time_ymd(1970, 1, 1) + now.saturating_sub(day);
        valid.not_after = valid.not_before + day * 90;
        let signing_key = rcgen::KeyPair::generate().context("a key")?;
        let certificate = valid.self_signed(&signing_key).context("a certificate")?;
        let (cert, key) = (self.folder.join("cert.pem"), self.folder.join("key.pem"));
        fs::write(&cert, certificate.pem()).context(cert.display())?;
        fs::write(&key, signing_key.serialize_pem()).context(key.display())?;
        let mut text = fs::read_to_string(self.config()).context("backend.toml")?;
        text.push_str("\n[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
        fs::write(self.config(), text).context("backend.toml")?;
        self.certificate = Some(cert);
        Ok(self)
    }

    /// Lets it tell applicants through this gateway, and lead them to itself; only before it starts.
    pub fn tells_by(&self, gateway: &Gateway) -> Result<()> {
        let secret = self.folder.join("sms-secret");
        fs::write(&secret, gateway.secret()).context(secret.display())?;
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).context(secret.display())?;
        gateway.report_to(&self.url("/sms/report"));
        let text = fs::read_to_string(self.config()).context("backend.toml")?;
        let described = gateway.described("sms-secret");
        let text = format!("public_url = \"{}\"\n{text}\n{described}", self.url(""));
        fs::write(self.config(), text).context("backend.toml")
    }

    /// How many messages to applicants wait to be sent.
    pub fn messages_waiting(&self) -> Result<u32> {
        self.database()?
            .query_row("SELECT COUNT(*) FROM messages WHERE state = 'queued'", [], |row| row.get(0))
            .context("the messages")
    }

    /// Every job that waits or was given up.
    pub fn open_jobs(&self) -> Result<Vec<String>> {
        let database = self.database()?;
        let mut statement = database.prepare(OPEN_JOBS).context("the jobs")?;
        let rows = statement.query_map([], |row| row.get(0)).context("the jobs")?;
        rows.collect::<std::result::Result<_, _>>().context("the jobs")
    }

    /// Waits until so many messages to applicants are known to have been delivered.
    pub fn wait_delivered(&self, count: u32) -> Result<()> {
        const SELECT: &str = "SELECT COUNT(*) FROM messages WHERE state = 'delivered'";
        until_true(&format!("{count} delivered messages"), PATIENCE, || {
            self.database().is_ok_and(|known| known.query_row(SELECT, [], |row| row.get(0)) == Ok(count))
        })
    }

    /// The certificate it serves with; `None` for plain HTTP.
    pub fn certificate(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.join("backend.toml")
    }

    /// Where its database and keys are.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of one of its pages.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme(), self.address)
    }

    /// `https` when it serves by TLS.
    pub fn scheme(&self) -> &'static str {
        if self.certificate.is_some() { "https" } else { "http" }
    }

    /// Runs one of its commands.
    pub fn command(&self, args: &[&str], input: Option<&str>) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(args).arg("--config").arg(self.config());
        run(&format!("kiosk-backend {}", args.join(" ")), &mut command, input)
    }

    /// Starts serving and waits until it does.
    pub fn start(&mut self) -> Result<()> {
        self.start_with(&[])
    }

    /// Starts serving with more variables in its environment.
    pub fn start_with(&mut self, variables: &[(&str, &str)]) -> Result<()> {
        let mut program = Program::new("kiosk-backend", &self.program, &self.log).args(["serve", "--config"]);
        program = program.arg(self.config());
        for (key, value) in variables {
            program = program.env(key, value);
        }
        let mut process = program.start()?;
        let address = self.address;
        until_true("the backend to listen", PATIENCE, || {
            !process.runs() || TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
        })
        .context(process.tail())?;
        if !process.runs() {
            return Err(Error::new(process.tail()));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Whether it serves.
    pub fn runs(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::runs)
    }

    /// Its process id while it serves.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop(Duration::from_secs(10));
        }
    }

    /// Adds a window that serves every department; `phone` is what applicants may call.
    pub fn add_window(&self, name: &str, phone: &str) -> Result<()> {
        self.add_window_of(name, phone, &self.departments()?)
    }

    /// The codes of the catalogue's departments.
    pub fn departments(&self) -> Result<Vec<String>> {
        Ok(self.catalogue()?.departments.into_iter().map(|department| department.code).collect())
    }

    /// The catalogue as it was imported.
    pub fn catalogue(&self) -> Result<Catalogue> {
        let body: String = self
            .database()?
            .query_row("SELECT body FROM catalogues ORDER BY version DESC LIMIT 1", [], |row| row.get(0))
            .context("the catalogue")?;
        serde_json::from_str(&body).context("the catalogue")
    }

    /// Adds a window that serves these departments.
    pub fn add_window_of(&self, name: &str, phone: &str, departments: &[String]) -> Result<()> {
        let mut args = vec!["window", "add", name, "--phone", phone];
        for department in departments {
            args.extend(["--department", department]);
        }
        self.command(&args, None).map(drop)
    }

    /// Adds a member of staff.
    pub fn add_member(&self, member: &Member) -> Result<()> {
        let mut args = vec!["staff", "add", member.name, "--window", member.window, "--role", member.role];
        let mut input = format!("{}\n", member.password);
        if let Some((uid, pin)) = member.card {
            args.extend(["--card-uid", uid, "--pin"]);
            input = format!("{input}{pin}\n");
        }
        self.command(&args, Some(&input)).map(drop)
    }

    /// Imports a catalogue.
    pub fn import_catalogue(&self, folder: &Path) -> Result<()> {
        let folder = folder.to_string_lossy();
        self.command(&["catalogue", "import", &folder], None).map(drop)
    }

    /// Imports a calendar of working days.
    pub fn import_calendar(&self, file: &Path) -> Result<()> {
        let file = file.to_string_lossy();
        self.command(&["calendar", "import", &file], None).map(drop)
    }

    /// Adds a kiosk and returns its one-time code.
    pub fn add_kiosk(&self, name: &str) -> Result<String> {
        let text = self.command(&["kiosk", "add", name, "--json"], None)?;
        let answer: serde_json::Value = serde_json::from_str(&text).context(&text)?;
        answer.get("code").and_then(|code| code.as_str()).map(str::to_owned).context(format!("no code in {text}"))
    }
}

/// A case as the backend has it on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id, in hex.
    pub id: String,
    /// Its receipt number.
    pub receipt: String,
    /// Its state's code.
    pub state: String,
    /// Where its paper lies.
    pub compartment: Option<u16>,
}

impl Backend {
    /// Every case, in the order they were made.
    pub fn cases(&self) -> Result<Vec<Case>> {
        let connection = self.database()?;
        let mut statement = connection
            .prepare("SELECT lower(hex(id)), receipt, state, compartment FROM cases ORDER BY entry_id")
            .context("the cases")?;
        let rows = statement
            .query_map([], |row| {
                Ok(Case { id: row.get(0)?, receipt: row.get(1)?, state: row.get(2)?, compartment: row.get(3)? })
            })
            .context("the cases")?;
        rows.collect::<rusqlite::Result<_>>().context("the cases")
    }

    /// Waits until the case with this number is rated, and says at which level and by which way.
    pub fn wait_rating(&self, receipt: &str) -> Result<(u8, String)> {
        const SELECT: &str =
            "SELECT level, via FROM ratings JOIN cases ON cases.id = ratings.case_id WHERE cases.receipt = ?1";
        until(&format!("a rating of {receipt}"), PATIENCE, || {
            self.database().ok()?.query_row(SELECT, [receipt], |row| Ok((row.get(0)?, row.get(1)?))).ok()
        })
    }

    /// Waits until the only case for this box has one of these states.
    pub fn wait_case(&self, compartment: u16, states: &[&str]) -> Result<Case> {
        let what = format!("a case for box {compartment} in state {}", states.join(" or "));
        until(&what, PATIENCE, || {
            let cases = self.cases().ok()?;
            let mut here = cases.into_iter().filter(|case| case.compartment == Some(compartment));
            let case = here.next_back()?;
            states.contains(&case.state.as_str()).then_some(case)
        })
        .map_err(|error| Error::new(format!("{error}; there are {:?}", self.cases())))
    }

    /// The database, to look into.
    pub fn database(&self) -> Result<Connection> {
        let path = self.data().join("hall.db");
        let connection =
            Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).context(path.display())?;
        connection.busy_timeout(Duration::from_secs(5)).context("the database")?;
        Ok(connection)
    }

    /// Copies the database as a careful operator's backup does.
    pub fn back_up(&self, to: &Path) -> Result<()> {
        let connection = self.database()?;
        connection.backup("main", to, None::<fn(rusqlite::backup::Progress)>).context(to.display())
    }

    /// Puts a copy in the place of the database; the backend must be stopped.
    pub fn restore(&self, from: &Path) -> Result<()> {
        for file in ["hall.db", "hall.db-wal", "hall.db-shm"] {
            let path = self.data().join(file);
            if path.exists() {
                fs::remove_file(&path).context(path.display())?;
            }
        }
        fs::copy(from, self.data().join("hall.db")).map(drop).context(from.display())
    }
}
