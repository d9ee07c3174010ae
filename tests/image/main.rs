//! `test-image`: the appliance of `make image`, from an empty terminal to a visit, a cut cable and a cut power.
//!
//! The machine is QEMU's; backend, card and lock board are those of every other test, on this machine. The image is the
//! shipped one, root hash and all: only its boot entry says more, so that there is a shell to read figures with.

mod machine;
mod qmp;
mod reader;
mod shell;
mod update;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use clap::Parser;
use e2e::binaries::sources;
use e2e::hall::furnish;
use e2e::hand::{CULTURE_TILE, FIRST_OPTION, FIRST_ROW, FIRST_SIZE, PRIMARY, SECOND};
use e2e::supervisor::run;
use e2e::wait::{let_pass, until, until_true};
use e2e::{Backend, Context, Error, Result};
use peers::cabinet::{BoardSpec, Cabinet, CabinetOptions};
use peers::card::CardSlot;

use machine::{Machine, PATIENCE, Running, START};

/// The appliance in QEMU: first start, enrolment, a visit, the network's cable pulled, the power cut in the middle of a
/// deposit, and everything there at the next start.
#[derive(Debug, Parser)]
#[command(name = "test-image", version)]
struct Arguments {
    /// What `make image` has made.
    #[arg(default_value = "target/image", value_name = "DIR")]
    image: PathBuf,
    /// What signs its updates.
    #[arg(default_value = "target/update-keys", value_name = "KEYS")]
    keys: PathBuf,
}

fn main() -> ExitCode {
    match play(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the command's own answer")]
            {
                eprintln!("test-image: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command's own answer")]
fn say(text: &str) {
    println!("== {text}");
}

/// Everything around the machine.
struct Hall {
    backend: Backend,
    cabinet: Cabinet,
    slot: CardSlot,
    slots: TcpListener,
    pictures: PathBuf,
    image: PathBuf,
    keys: PathBuf,
    folder: PathBuf,
}

/// The same image without the app.
const WITHOUT_APP: &str = "systemd.mask=kiosk.service";

fn play(arguments: &Arguments) -> Result<()> {
    let began = Instant::now();
    let hall = Hall::new(arguments)?;
    let mut machine = hall.machine()?;
    hall.provision(&machine)?;

    say("the first start: the disk is laid out and encrypted, the terminal enrols");
    let mut on = machine.start()?;
    hall.reader(&on)?;
    on.wait_screen(&["idle"], START)?;
    hall.closed(&mut on)?;
    hall.picture(&mut on, "1-invitation")?;

    say("a visit");
    let first = hall.visit_to_door(&mut on, "2")?;
    hall.cabinet.shut(first);
    on.wait_screen(&["done"], PATIENCE)?;
    hall.picture(&mut on, "3-done")?;
    let deposited = hall.case(first, "the case of the visit")?;
    on.touch_on(PRIMARY)?;
    on.wait_screen(&["idle"], PATIENCE)?;

    say("the network's cable is pulled, and the power cut while a door stands open");
    on.monitor.network(false)?;
    let second = hall.visit_to_door(&mut on, "4")?;
    if hall.backend.cases()?.len() != 1 {
        return Err(Error::new("the cable was pulled and yet a second case came"));
    }
    on.cut();
    hall.cabinet.shut(second);

    say("the power is back");
    let mut on = machine.start()?;
    hall.reader(&on)?;
    let shown = on.wait_screen(&["idle", "shut_doors"], START)?;
    let with_app = Times::read(&mut on, &shown)?;
    hall.picture(&mut on, "6-after-the-power-cut")?;
    let cut_off = hall.case(second, "the case of the deposit that was cut off")?;
    let cases = hall.backend.cases()?;
    if cases.len() != 2 || !cases.contains(&deposited) {
        return Err(Error::new(format!("two deposits became {cases:?}; the first was {deposited:?}")));
    }
    say(&format!("box {first}: {}; box {second}: {}", deposited.state, cut_off.state));
    let memory = on.shell.run(PSS, PATIENCE)?;
    on.cut();

    say("the same image without the app");
    hall.entry(&machine, WITHOUT_APP)?;
    let mut on = machine.start()?;
    on.shell.run("until systemctl is-active -q multi-user.target; do sleep 0.2; done", START)?;
    let without = Times::read(&mut on, "multi-user.target")?;
    on.cut();

    hall.entry(&machine, "")?;
    let on = machine.start()?;
    let mut on = hall.updates(&mut machine, on)?;
    hall.picture(&mut on, "7-after-the-updates")?;
    on.cut();

    say(&format!("power on to invitation: {}", with_app.text()));
    say(&format!("the same image without the app, to multi-user.target: {}", without.text()));
    say(&format!("memory of all processes (PSS): {} MB (asked: at most 180 MB)", memory.trim()));
    say(&format!("pictures in {}; played in {} s", hall.pictures.display(), began.elapsed().as_secs()));
    Ok(())
}

/// Adds up what every process has of memory, shared pages in parts.
const PSS: &str =
    "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print int(sum / 1024) }'";

/// How long a start took, as the machine itself tells.
struct Times {
    outside: Duration,
    analyzed: String,
    to: String,
    userspace: String,
}

impl Times {
    fn read(on: &mut Running, to: &str) -> Result<Self> {
        let outside = on.age();
        on.shell.run("until systemctl is-active -q multi-user.target; do sleep 0.2; done", START)?;
        let analyzed = on.shell.run("systemd-analyze time | head -n 1", PATIENCE)?;
        let userspace = on.shell.run(
            "for unit in appliance-data var.mount pcscd kiosk multi-user.target; do \
             echo $unit $(($(systemctl show -P ActiveEnterTimestampMonotonic $unit) / 1000)) ms; done",
            PATIENCE,
        )?;
        Ok(Self { outside, analyzed, to: to.to_owned(), userspace: userspace.replace('\n', ", ") })
    }

    fn text(&self) -> String {
        let outside = self.outside.as_secs_f32();
        format!("{outside:.1} s from outside to {}; {}; since the kernel: {}", self.to, self.analyzed, self.userspace)
    }
}

impl Hall {
    fn new(Arguments { image, keys }: &Arguments) -> Result<Self> {
        let found = |path: &Path| fs::canonicalize(path).context(format!("{}: run `make image` first", path.display()));
        let (image, keys) = (found(image)?, found(keys)?);
        let (folder, pictures) = (image.join("test"), image.join("pictures"));
        for folder in [&folder, &pictures] {
            if folder.exists() {
                fs::remove_dir_all(folder).context(folder.display())?;
            }
            fs::create_dir_all(folder).context(folder.display())?;
        }
        // From the machine's network this machine is 10.0.2.2 (QEMU's user network).
        let backend = Backend::create(&folder.join("backend"), &folder.join("backend.log"), "")?;
        let mut backend = backend.secured_for(&["127.0.0.1", "10.0.2.2"])?;
        furnish(&backend, &sources().join("assets/catalogue"), &[])?;
        backend.start()?;
        let slots = TcpListener::bind(("127.0.0.1", 0)).context("the card's slot")?;
        let slot = CardSlot::start(slots.local_addr().context("the card's slot")?.port());
        let options = CabinetOptions::new(folder.join("locker"), vec![BoardSpec::new(1, 24, 1)]);
        let cabinet = Cabinet::start(options).context("the lock board")?;
        Ok(Self { backend, cabinet, slot, slots, pictures, image, keys, folder })
    }

    /// A terminal with an empty disk onto which the image was written.
    fn machine(&self) -> Result<Machine> {
        const DISK: u64 = 4 << 30;
        let machine = Machine::new(&self.folder, self.cabinet.port())?;
        self.script("assemble", &[&machine.disk().to_string_lossy(), shell::WORDS])?;
        let disk = fs::File::options().write(true).open(machine.disk()).context("the disk")?;
        disk.set_len(DISK).context("the disk")?;
        Ok(machine)
    }

    /// Changes the words of the boot entry and nothing else.
    fn entry(&self, machine: &Machine, words: &str) -> Result<()> {
        let file = self.folder.join("kiosk.efi");
        self.script("boot-entry", &[&file.to_string_lossy(), &format!("{} {words}", shell::WORDS)])?;
        let disk = format!("{}@@1M", machine.disk().display());
        let clear = ["-c", "mdel -i \"$1\" '::/EFI/Linux/*'", "mdel", &disk];
        run("mdel", Command::new("sh").env("MTOOLS_SKIP_CHECK", "1").args(clear), None)?;
        machine.put(&file, "/EFI/Linux/kiosk-a.efi")
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.tool(name));
        run(name, command.arg(&self.image).args(arguments), None).map(drop)
    }

    fn tool(&self, name: &str) -> PathBuf {
        sources().join("assets/image").join(name)
    }

    /// What a technician puts on the boot partition of a flashed disk.
    fn provision(&self, machine: &Machine) -> Result<()> {
        let address = format!("https://10.0.2.2:{}", self.backend.address().port());
        let config = format!(
            "[kiosk]\nplayer = []\n\n[backend]\nurl = \"{address}\"\nca_file = \"/etc/kiosk/hall-ca.pem\"\n\n\
             [[card]]\nkind = \"pcsc\"\nresident_id = \"sam-block\"\n\n\
             [locker]\nprotocol = \"xor24\"\nclosed_bit = 1\n\
             port = \"/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_LOCK-if00-port0\"\n\n\
             [[locker.board]]\naddress = 1\nlocks = 24\nfirst_compartment = 1\n\
             sizes = {{ \"1-16\" = \"A4\", \"17-24\" = \"large\" }}\n"
        );
        let enrol = format!("{address}\n{}\n", self.backend.add_kiosk("一号自助机")?);
        for (name, text) in [("kiosk.toml", config), ("enrol", enrol)] {
            let file = self.folder.join(name);
            fs::write(&file, text).context(file.display())?;
            machine.put(&file, &format!("/setup/{name}"))?;
        }
        machine.put(self.backend.certificate().context("no certificate")?, "/setup/hall-ca.pem")
    }

    fn reader(&self, on: &Running) -> Result<()> {
        reader::connect(&on.card, &self.slots)
    }

    fn picture(&self, on: &mut Running, name: &str) -> Result<()> {
        on.monitor.picture(&self.pictures.join(format!("{name}.png")))
    }

    /// The machine is as closed as it is said to be.
    fn closed(&self, on: &mut Running) -> Result<()> {
        for (what, command, wanted) in [
            ("the root cannot be written", "touch /usr/x 2>/dev/null || echo no", "no"),
            ("the data is encrypted", "lsblk -no TYPE $(findmnt -no SOURCE /var)", "crypt"),
            ("no terminal waits for anybody", "systemctl list-units --plain --no-legend '*getty*' | wc -l", "0"),
            ("nobody can sign in", "awk -F: '$2 !~ /^[!*]/' /etc/shadow | wc -l", "0"),
            ("nothing is let in", "nft list chain inet filter input | grep -c 'policy drop'", "1"),
            (
                "the machine's id is its disk's",
                "[ \"$(blkid -s UUID -o value /dev/disk/by-partlabel/data | tr -d -)\" = \"$(cat /etc/machine-id)\" ] && echo yes",
                "yes",
            ),
            ("no unit has failed", "systemctl list-units --failed --plain --no-legend", ""),
            ("this boot entry was called good", "ls /efi/EFI/Linux", "kiosk-a.efi"),
        ] {
            let mut last = String::new();
            until_true(what, PATIENCE, || {
                last = on.shell.run(command, PATIENCE).unwrap_or_else(|error| error.to_string());
                last.trim() == wanted
            })
            .map_err(|error| Error::new(format!("{error}; `{command}` says {last:?}")))?;
            say(&format!("   {what}"));
        }
        Ok(())
    }

    /// A visit up to the open door; says which.
    fn visit_to_door(&self, on: &mut Running, picture: &str) -> Result<u16> {
        self.slot.insert_named("wang-xiuying").context("the deck")?;
        on.wait_screen(&["choose"], PATIENCE)?;
        self.slot.remove();
        let start = Instant::now();
        while on.screen() != "guide" {
            if start.elapsed() > PATIENCE {
                return Err(Error::new(format!("no guide was shown but {:?}", on.screens())));
            }
            on.monitor.touch(CULTURE_TILE, machine::PANEL)?; // the page keeps its name
            let_pass(Duration::from_secs(3));
            on.monitor.touch(FIRST_ROW, machine::PANEL)?;
            let _not_yet = until_true("the guide", Duration::from_secs(6), || on.screen() == "guide");
        }
        let start = Instant::now();
        loop {
            let screen = on.screen();
            let place = match screen.as_str() {
                "door" => break,
                "guide" | "materials" | "check" => PRIMARY,
                "situation" | "field" => FIRST_OPTION,
                "box_size" => FIRST_SIZE,
                "phone" => SECOND,
                "saving" => {
                    let _other = until_true("the door's page", PATIENCE, || on.screen() != "saving");
                    continue;
                }
                other => return Err(Error::new(format!("nobody expected the page {other:?}"))),
            };
            if start.elapsed() > PATIENCE * 3 {
                return Err(Error::new(format!("the visit did not come to its door: {:?}", on.screens())));
            }
            // Several questions in a row are on a page of one name.
            let before = on.screens().len();
            on.monitor.touch(place, machine::PANEL)?;
            let _same = until_true("another page", Duration::from_secs(4), || on.screens().len() > before);
        }
        let door = self.cabinet.wait_any_open(PATIENCE).context("no door opened")?;
        let reads = self.cabinet.counters().reads;
        // The board is read twice before the page says that the door is open.
        self.cabinet.wait_until(PATIENCE, |glance| glance.counters().reads >= reads + 4);
        self.picture(on, &format!("{picture}-door"))?;
        Ok(door)
    }

    /// Waits for the only case of this box.
    fn case(&self, door: u16, what: &str) -> Result<e2e::backend::Case> {
        until(what, PATIENCE, || {
            let cases = self.backend.cases().ok()?;
            cases.into_iter().find(|case| case.compartment == Some(door))
        })
    }
}
