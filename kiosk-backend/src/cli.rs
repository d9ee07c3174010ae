//! The command line. Commands open the same store as a running server, safely, and it notices.

mod key;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use ed25519_dalek::VerifyingKey;
use hall_domain::case::{archive, bundle};
use hall_domain::ground::clock::Clock;
use hall_domain::people::{accounts, staff};
use hall_domain::terminals::{enrolment, import};
use hall_rules::Role;
use hall_store::{self as store, StoreError, meta};
use kiosk_wire::Personal;
use serde_json::{Value, json};

use crate::app::App;
use crate::charge::Charge;
use crate::config::Config;
use crate::serve;
use key::KeyCommand;

/// The hall's server: takes deposits from terminals, tells the windows, serves the staff's pages.
///
/// Exit codes: 0 done; 1 refused or failed, and the message says what to do; 2 wrong use.
#[derive(Debug, Parser)]
#[command(name = "kiosk-backend", version)]
pub struct Cli {
    /// The configuration file.
    #[arg(long, global = true, default_value = "backend.toml", env = "KIOSK_BACKEND_CONFIG")]
    config: PathBuf,
    /// Print JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until told to stop.
    Serve,
    /// Declare that the database was put back from a backup: a new generation begins, and every open directive is void.
    Restored,
    #[command(flatten)]
    Ask(Ask),
}

/// Commands that ask or change something and end.
#[derive(Debug, Subcommand)]
enum Ask {
    /// Windows, and the departments whose cases they work.
    #[command(subcommand)]
    Window(WindowCommand),
    /// Staff accounts.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Terminals.
    #[command(subcommand)]
    Kiosk(KioskCommand),
    /// What one can apply for.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Working days.
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// The archive of closed cases.
    #[command(subcommand)]
    Case(CaseCommand),
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Notifications that wait or were given up.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Data keys: another one, how far it is, and older ones that nothing needs any more.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Judge the whole database by its own hashes and rules: journals, cases, notices, audit. It is done every night too,
    /// and the console shows what came of it. Nothing is changed but that.
    Verify,
    /// Copy the database while it is in use. The keys are not in it: keep them apart.
    Backup {
        /// File to write; must not exist.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum WindowCommand {
    /// Add a window.
    Add {
        /// Its name, such as 3号窗口.
        name: String,
        /// Code of a department whose cases it works; repeat for more.
        #[arg(long = "department", value_name = "CODE")]
        departments: Vec<String>,
        /// Phone number applicants may call.
        #[arg(long)]
        phone: Option<String>,
    },
    /// List windows.
    List,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Add someone. Reads the password from the first line of stdin, and with --pin the PIN from the second.
    Add(AddStaff),
    /// List everyone.
    List,
    /// Give an account a one-time code in place of its password, and sign its owner out everywhere.
    Reset {
        /// Their name.
        name: String,
    },
    /// Say who an account is at the city's provider (`[oidc]`): the provider's `sub` of its owner. Without it, nobody.
    Subject {
        /// Their name here.
        name: String,
        /// The provider's `sub`, exactly; leave it out to take it from the account.
        subject: Option<String>,
    },
    /// Give an account a card and a PIN in place of what it had: after a lost card, a PIN that was locked or that somebody
    /// saw. Reads the PIN from stdin. Without --card-uid, take its card away.
    Card {
        /// Their name.
        name: String,
        /// UID of the card in hex, as `kiosk card read --json` shows it: the former one, or another.
        #[arg(long, value_name = "HEX")]
        card_uid: Option<String>,
    },
    /// Close an account. It ends their sign-in at once, and at terminals with the next roster.
    Disable {
        /// Their name.
        name: String,
    },
}

#[derive(Debug, Args)]
struct AddStaff {
    /// Their name; they sign in with it.
    name: String,
    /// Name of a window whose cases they work; repeat for more.
    #[arg(long = "window", value_name = "NAME")]
    windows: Vec<String>,
    /// What they may do.
    #[arg(long, value_parser = role, value_name = "ROLE", help = format!("What they are: {}", roles()))]
    role: Role,
    /// UID of their card in hex, as `kiosk card read --json` shows it.
    #[arg(long, value_name = "HEX", requires = "pin")]
    card_uid: Option<String>,
    /// Read a PIN for the terminal from the second line of stdin.
    #[arg(long, requires = "card_uid")]
    pin: bool,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| format!("one of {}", roles()))
}

fn roles() -> String {
    Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ")
}

#[derive(Debug, Subcommand)]
enum KioskCommand {
    /// Add a terminal and print its one-time code (24 hours, single use).
    Add {
        /// Its name, such as 大厅东侧.
        name: String,
    },
    /// List terminals.
    List,
    /// Revoke a terminal: it is refused from then on, and loses nothing it holds.
    Revoke {
        /// Its name or id.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum CatalogueCommand {
    /// Check all .toml files of a folder and take them, or say everything that is wrong and take nothing.
    Import { folder: PathBuf },
}

#[derive(Debug, Subcommand)]
enum CalendarCommand {
    /// Take a year's working days.
    Import {
        /// The file, such as 2026.toml.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum CaseCommand {
    /// Write a closed case into one .zip: content, events with their hash chain, notices, attachments, signed.
    Export {
        /// The case's id or number.
        case: String,
        /// File to write; must not exist.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Say what of such a file is whole and what is not. Exit code 1 when anything is not.
    ///
    /// The hall's key is taken from the data folder of the configuration, unless --key names it: then neither
    /// configuration nor data folder is needed.
    Verify {
        file: PathBuf,
        /// The hall's public key, 64 hex digits, as `case key` prints it.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
    /// Print the hall's public key: keep it apart from the files, to verify them by.
    Key,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Recompute the whole chain, and print its head to keep elsewhere.
    Verify,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    /// How many wait and how many were given up.
    Status,
    /// Try again what was given up.
    Retry,
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let wants_json = cli.json;
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message, wants_json);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the command line speaks to a person")]
fn complain(message: &str, wants_json: bool) {
    if wants_json {
        eprintln!("{}", json!({ "error": message }));
    } else {
        eprintln!("kiosk-backend: {message}");
    }
}

fn execute(cli: Cli) -> Result<(), String> {
    let say = |text: String, value: Value| say(cli.json, &text, &value);
    if let Command::Ask(Ask::Case(CaseCommand::Verify { file, key: Some(key) })) = &cli.command {
        let (text, value) = verify(file, &key_of(key)?)?;
        say(text, value);
        return Ok(());
    }
    let config = Config::load(&cli.config).map_err(|cause| cause.to_string())?;
    match cli.command {
        Command::Serve => {
            log_to_stdout();
            no_core_dumps();
            let _charge = Charge::take(&config.data_dir).map_err(|cause| cause.to_string())?;
            let app = open(config)?;
            app.tidy().map_err(text)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            runtime.map_err(|cause| cause.to_string())?.block_on(serve::run(app)).map_err(|cause| cause.to_string())
        }
        Command::Restored => restored(config).map(|generation| {
            say(format!("Generation {generation} begins."), json!({ "generation": generation }));
        }),
        Command::Ask(command) => {
            let app = open(config)?;
            let (text, value) = answer(&app, command)?;
            say(text, value);
            Ok(())
        }
    }
}

fn open(config: Config) -> Result<App, String> {
    App::open(config, Clock::system()).map_err(|cause| cause.to_string())
}

fn restored(config: Config) -> Result<u64, String> {
    let app = open(config)?;
    let now_ms = app.now_ms();
    app.store()
        .write_blocking(move |tx| {
            let generation = meta::begin_generation(tx)?;
            let object = format!("generation {generation}");
            let who = hall_domain::ground::audit::Who::CommandLine;
            hall_domain::ground::audit::write(
                tx,
                now_ms,
                who,
                hall_domain::ground::audit::Action::Restored,
                None,
                &object,
            )?;
            Ok(generation)
        })
        .map_err(|cause: StoreError| cause.to_string())
}

type Answer = Result<(String, Value), String>;

fn answer(app: &App, command: Ask) -> Answer {
    match command {
        Ask::Window(command) => window(app, command),
        Ask::Staff(command) => staff_command(app, command),
        Ask::Kiosk(command) => kiosk(app, command),
        Ask::Catalogue(CatalogueCommand::Import { folder }) => {
            let done = import::catalogue_folder(app, &folder).map_err(|refusal| refusal.to_string())?;
            let what = if done.changed { "imported" } else { "is the present one already" };
            Ok((format!("Catalogue version {}, {} items, {what}.", done.version, done.items), json!(done)))
        }
        Ask::Calendar(CalendarCommand::Import { file }) => {
            let years = import::calendar_file(app, &file).map_err(|refusal| refusal.to_string())?;
            Ok((format!("Working days of {years:?} imported."), json!({ "years": years })))
        }
        Ask::Case(command) => case(app, command),
        Ask::Audit(AuditCommand::Verify) => audit_verify(app),
        Ask::Key(command) => key::answer(app, command),
        Ask::Verify => verify_all(app),
        Ask::Jobs(command) => jobs(app, command),
        Ask::Backup { file } => {
            app.store().read_blocking(|connection| meta::backup(connection, &file)).map_err(text)?;
            Ok((format!("Copied to {}.", file.display()), json!({ "file": file })))
        }
    }
}

fn text(cause: StoreError) -> String {
    cause.to_string()
}

fn window(app: &App, command: WindowCommand) -> Answer {
    match command {
        WindowCommand::Add { name, departments, phone } => {
            let id = staff::add_window(app, &name, phone, departments).map_err(|refusal| refusal.to_string())?;
            Ok((format!("Window {name} added."), json!({ "id": id, "name": name })))
        }
        WindowCommand::List => {
            let windows = app.store().read_blocking(store::staff::windows).map_err(text)?;
            let lines: Vec<String> =
                windows.iter().map(|row| format!("{}\t{}", row.name, row.departments.join(", "))).collect();
            let value = windows.iter().map(
                |row| json!({ "id": row.id, "name": row.name, "phone": row.phone, "departments": row.departments }),
            );
            Ok((lines.join("\n"), value.collect()))
        }
    }
}

fn staff_command(app: &App, command: StaffCommand) -> Answer {
    match command {
        StaffCommand::Add(new) => add_staff(app, new),
        StaffCommand::List => {
            let all = app.store().read_blocking(staff::all).map_err(text)?;
            let line = |one: &hall_domain::Staff| {
                let windows: Vec<&str> = one.windows.iter().map(|(_, name)| name.as_str()).collect();
                let closed = if one.disabled { "\tclosed" } else { "" };
                format!("{}\t{}\t{}{closed}", one.name, one.role.code(), windows.join(", "))
            };
            Ok((all.iter().map(line).collect::<Vec<_>>().join("\n"), json!(all)))
        }
        StaffCommand::Reset { name } => {
            let code = accounts::reset_at_server(app, &name).map_err(|refusal| refusal.to_string())?;
            Ok((format!("One-time password of {name}, 24 hours: {code}"), json!({ "name": name, "code": code })))
        }
        StaffCommand::Subject { name, subject } => {
            let wanted = subject.as_deref().unwrap_or_default();
            accounts::set_subject_at_server(app, &name, wanted).map_err(|refusal| refusal.to_string())?;
            let text = match &subject {
                Some(subject) => format!("{name} signs in as {subject}."),
                None => format!("{name} signs in with a password only."),
            };
            Ok((text, json!({ "name": name, "subject": subject })))
        }
        StaffCommand::Card { name, card_uid } => {
            let card = card_uid.map(|uid| Ok::<_, String>((uid, line("PIN")?))).transpose()?;
            let text = match &card {
                Some(_) => format!("{name} has this card and PIN. Terminals know it as soon as they hear the server."),
                None => format!("{name} has no card any more. Terminals know it as soon as they hear the server."),
            };
            let has_card = card.is_some();
            staff::set_card(app, &name, card).map_err(|refusal| refusal.to_string())?;
            Ok((text, json!({ "name": name, "has_card": has_card })))
        }
        StaffCommand::Disable { name } => {
            staff::disable(app, &name).map_err(|refusal| refusal.to_string())?;
            Ok((format!("{name}'s account is closed."), json!({ "name": name })))
        }
    }
}

/// The next line of stdin.
fn line(what: &str) -> Result<Personal<String>, String> {
    match std::io::stdin().lines().next() {
        Some(Ok(line)) => Ok(Personal::new(line.trim_end_matches('\r').to_owned())),
        Some(Err(cause)) => Err(format!("stdin: {cause}")),
        None => Err(format!("give the {what} on stdin, a line of its own")),
    }
}

fn add_staff(app: &App, new: AddStaff) -> Answer {
    let password = line("password")?;
    let card = match new.card_uid {
        Some(uid) => Some((uid, line("PIN")?)),
        None => None,
    };
    let name = new.name.clone();
    let wanted = staff::NewStaff { name: new.name, windows: new.windows, role: new.role, password, card };
    let id = staff::add(app, wanted).map_err(|refusal| refusal.to_string())?;
    Ok((format!("{name} added."), json!({ "id": id, "name": name })))
}

fn kiosk(app: &App, command: KioskCommand) -> Answer {
    match command {
        KioskCommand::Add { name } => {
            let added = enrolment::add(app, &name).map_err(|refusal| refusal.to_string())?;
            let text = format!(
                "Terminal {} added; its receipt numbers begin with {}.\nEnrolment code, 24 hours: {}\n\
                 On the terminal: kiosk enrol --backend URL --code {}",
                added.name, added.receipt_prefix, added.code, added.code
            );
            Ok((text, json!(added)))
        }
        KioskCommand::List => {
            let rows = app.store().read_blocking(store::kiosks::all).map_err(text)?;
            let state = |row: &store::kiosks::KioskRow| match (row.revoked_ms, row.enrolled_ms) {
                (Some(_), _) => "revoked",
                (None, Some(_)) => "enrolled",
                (None, None) => "waits for enrolment",
            };
            let lines: Vec<String> =
                rows.iter().map(|row| format!("{}\t{}\t{}", row.name, row.receipt_prefix, state(row))).collect();
            let value = rows.iter().map(|row| {
                json!({ "id": row.id, "name": row.name, "receipt_prefix": row.receipt_prefix, "state": state(row),
                        "seen_ms": row.seen_ms })
            });
            Ok((lines.join("\n"), value.collect()))
        }
        KioskCommand::Revoke { name } => {
            enrolment::revoke(app, &name).map_err(|refusal| refusal.to_string())?;
            Ok((format!("{name} is revoked."), json!({ "name": name })))
        }
    }
}

fn case(app: &App, command: CaseCommand) -> Answer {
    let key = app.keys().hall.verifying_key();
    match command {
        CaseCommand::Key => {
            let key = hex::encode(key.as_bytes());
            Ok((key.clone(), json!({ "key": key })))
        }
        CaseCommand::Verify { file, key: None } => verify(&file, &key),
        CaseCommand::Verify { file, key: Some(text) } => verify(&file, &key_of(&text)?),
        CaseCommand::Export { case, to } => {
            let gathered =
                archive::gather_by_name(app, &case, crate::archived::page).map_err(|refusal| refusal.to_string())?;
            let receipt = gathered.receipt().to_owned();
            let failed = |cause: &dyn std::fmt::Display| format!("{}: {cause}", to.display());
            let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&to);
            let file = file.map_err(|cause| failed(&cause))?;
            let written = archive::write(app, gathered, file).and_then(|file| Ok(file.sync_all()?));
            if let Err(cause) = written {
                // Half an archive is worse than none.
                let _ = std::fs::remove_file(&to);
                return Err(failed(&cause));
            }
            Ok((format!("Case {receipt} written to {}.", to.display()), json!({ "receipt": receipt, "file": to })))
        }
    }
}

fn key_of(text: &str) -> Result<VerifyingKey, String> {
    let bytes = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .ok_or_else(|| "--key: give 64 hex digits, as `kiosk-backend case key` prints them".to_owned())
}

fn verify(file: &Path, key: &VerifyingKey) -> Answer {
    let failed = |cause: &dyn std::fmt::Display| format!("{}: {cause}", file.display());
    let bundle = std::fs::File::open(file).map_err(|cause| failed(&cause))?;
    let report = bundle::verify(std::io::BufReader::new(bundle), Some(key)).map_err(|cause| failed(&cause))?;
    let (whole, events) = (report.whole, report.events);
    if report.flaws.is_empty() {
        let text =
            format!("Case {} is whole: {whole} files, {events} chained events, signed by the hall.", report.receipt);
        return Ok((text, json!(report)));
    }
    Err(format!("{} is not whole. {whole} files are.\n{}", file.display(), report.flaws.join("\n")))
}

fn verify_all(app: &App) -> Answer {
    let found = hall_domain::figures::verify::and_keep_blocking(app).map_err(|refusal| refusal.to_string())?;
    if found.count > 0 {
        let more = if found.count > found.flaws.len() as u64 { "\n…" } else { "" };
        let advice = "Keep this file and every backup as they are; see \"The database does not agree with itself\" in \
                      docs/operations.md.";
        return Err(format!("{} flaws:\n{}{more}\n{advice}", found.count, found.flaws.join("\n")));
    }
    let said = format!(
        "{} cases with {} events, {} journal entries, {} audit entries: all as they should be.",
        found.cases, found.events, found.entries, found.audit
    );
    Ok((said, json!(found)))
}

fn audit_verify(app: &App) -> Answer {
    let checked = app.store().read_blocking(|connection| {
        let entries = store::audit::verify(connection)?;
        Ok::<_, StoreError>((entries, store::audit::head(connection)?.1))
    });
    let (entries, head) = checked.map_err(text)?;
    let head = hex::encode(head);
    Ok((format!("{entries} entries, unbroken.\nHead: {head}"), json!({ "entries": entries, "head": head })))
}

fn jobs(app: &App, command: JobsCommand) -> Answer {
    match command {
        JobsCommand::Status => {
            let (waiting, failed) = app.store().read_blocking(store::jobs::depth).map_err(text)?;
            let stuck = app.store().read_blocking(store::jobs::stuck).map_err(text)?;
            let mut said = format!("{waiting} waiting, {failed} given up.");
            for stuck in &stuck {
                let store::jobs::Stuck { target, cause, count, .. } = stuck;
                said.push_str(&format!("\n{target}: {count} failed last with: {cause}"));
            }
            let all: Vec<_> = stuck
                .into_iter()
                .map(|one| json!({ "target": one.target, "cause": one.cause, "count": one.count, "given_up": one.given_up }))
                .collect();
            Ok((said, json!({ "waiting": waiting, "given_up": failed, "failed_last": all })))
        }
        JobsCommand::Retry => {
            let now_ms = app.now_ms();
            let retried = app.store().write_blocking(move |tx| store::jobs::retry_all(tx, now_ms)).map_err(text)?;
            Ok((format!("{retried} will be tried again."), json!({ "retried": retried })))
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn say(as_json: bool, text: &str, value: &Value) {
    if as_json {
        println!("{value}");
    } else {
        println!("{text}");
    }
    // A closed pipe is the reader's choice.
    let _ = std::io::stdout().flush();
}

/// What applicants handed in passes through this process's memory: it must not end up in a file.
fn no_core_dumps() {
    use nix::sys::{prctl, resource};
    let limited = resource::setrlimit(resource::Resource::RLIMIT_CORE, 0, 0);
    if let Err(cause) = limited.and_then(|()| prctl::set_dumpable(false)) {
        tracing::warn!(cause = %cause, "core dumps could not be turned off");
    }
}

fn log_to_stdout() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,hyper=warn,reqwest=warn"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).init();
}
