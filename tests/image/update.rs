//! Updates of the appliance: made here from the image under test, asked for as a technician asks.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::binaries::free_port;
use e2e::supervisor::{Process, Program, run};
use e2e::wait::until_true;
use e2e::{Context, Error, Result};

use crate::machine::{Machine, PATIENCE, Running, START};
use crate::{Hall, say, shell};

/// What an update is made of.
#[derive(Clone, Copy)]
enum Made {
    /// As it should be.
    Whole,
    /// Its boot entry asks for a root that is nowhere.
    WithoutRoot,
    /// Its terminal's program never starts.
    WithoutApp,
    /// By somebody else's key.
    Foreign,
}

/// Where updates are fetched from: a web server with the hall's certificate.
struct Shop {
    folder: PathBuf,
    port: u16,
    _server: Process,
}

impl Hall {
    /// The next appliances after the one under test: refused, installed over a power cut, and taken back.
    pub(crate) fn updates(&self, machine: &mut Machine, mut on: Running) -> Result<Running> {
        let first: u64 = self.version()?;
        let shop = self.shop()?;

        say("updates that are refused: by another's key, and no newer than what runs");
        for (made, version, wanted) in
            [(Made::Foreign, first + 1, "signature verification failed"), (Made::Whole, first, "only a newer one")]
        {
            self.ask(&shop, &mut on, made, version)?;
            let said = "/var/lib/appliance/update.said";
            let refused = format!("until grep -qs '{wanted}' {said}; do sleep 1; done; rm {said}");
            on.shell.run(&refused, PATIENCE * 3).map_err(|error| {
                let told = on.shell.run(&format!("cat {said}"), PATIENCE).unwrap_or_default();
                Error::new(format!("{error}: the terminal says {told:?} and not {wanted:?}"))
            })?;
        }
        self.runs(&mut on, "a", first)?;

        say("an update, and the power cut while it is written");
        self.ask(&shop, &mut on, Made::Whole, first + 1)?;
        let writes = "journalctl -b -u rauc.service -o cat | grep -c 'opening slot device'";
        let before = on.shell.run(writes, PATIENCE)?;
        on.shell.run(&format!("until [ $({writes}) != {} ]; do sleep 0.2; done", before.trim()), START)?;
        on.cut();
        let on = machine.start()?;
        let mut on = self.reboots(on, "the update that was cut off")?;
        self.runs(&mut on, "b", first + 1)?;
        self.good(&mut on, "kiosk-b.efi")?;

        say("an update whose root is nowhere: three tries, then the one before");
        self.ask(&shop, &mut on, Made::WithoutRoot, first + 2)?;
        let mut on = self.reboots(on, "an update without a root")?;
        self.runs(&mut on, "b", first + 1)?;

        say("an update whose program does not start: three tries, then the one before");
        self.ask(&shop, &mut on, Made::WithoutApp, first + 3)?;
        let mut on = self.reboots(on, "an update without its program")?;
        for _ in 0..3 {
            self.runs(&mut on, "a", first + 3)?;
            // What its timer does after ten minutes.
            on.shell.send("systemctl start --no-block appliance-try.service")?;
            on.again()?;
        }
        self.runs(&mut on, "b", first + 1)?;
        on.wait_screen(&["idle"], START)?;
        Ok(on)
    }

    fn version(&self) -> Result<u64> {
        let file = self.image.join("version");
        let text = fs::read_to_string(&file).context(file.display())?;
        text.trim().parse().context(file.display())
    }

    fn shop(&self) -> Result<Shop> {
        let folder = self.folder.join("updates");
        fs::create_dir_all(&folder).context(folder.display())?;
        let (port, cert) = (free_port()?, self.backend.certificate().context("no certificate")?.to_owned());
        let server = Program::new("openssl", "env", &self.folder.join("updates.log"))
            .args([Path::new("-C"), &folder, Path::new("openssl")])
            .args(["s_server", "-quiet", "-WWW", "-accept", &port.to_string()])
            .args([Path::new("-cert"), &cert, Path::new("-key"), &cert.with_file_name("key.pem")])
            .start()?;
        Ok(Shop { folder, port, _server: server })
    }

    /// Makes an update and lets the terminal fetch it.
    fn ask(&self, shop: &Shop, on: &mut Running, made: Made, version: u64) -> Result<()> {
        let name = self.bundle(shop, made, version)?;
        let address = format!("https://10.0.2.2:{}/{name}", shop.port);
        on.shell.run(&format!("echo {address} > /efi/setup/update; sync /efi/setup/update"), PATIENCE)?;
        on.shell.run("systemctl start --no-block appliance-update.service", PATIENCE).map(drop)
    }

    fn bundle(&self, shop: &Shop, made: Made, version: u64) -> Result<String> {
        let from = self.folder.join(format!("update-{version}"));
        if from.exists() {
            fs::remove_dir_all(&from).context(from.display())?;
        }
        fs::create_dir_all(from.join("work")).context(from.display())?;
        for same in ["root.squashfs", "work/boot", "work/efi", "work/epoch"] {
            symlink(self.image.join(same), from.join(same)).context(same)?;
        }
        // The same files under another salt are another root.
        let mut verity = Command::new("veritysetup");
        verity.arg("format").arg(format!("--salt={version:064}"));
        verity.arg(format!("--root-hash-file={}", from.join("roothash").display()));
        run("veritysetup", verity.arg(from.join("root.squashfs")).arg(from.join("root.verity")), None)?;
        if matches!(made, Made::WithoutRoot) {
            fs::write(from.join("roothash"), "0".repeat(64)).context("the root hash")?;
        }
        fs::write(from.join("version"), version.to_string()).context("the version")?;
        let keys = if matches!(made, Made::Foreign) {
            let keys = self.folder.join("other-keys");
            run("keys", Command::new(self.tool("keys")).arg(&keys), None)?;
            keys
        } else {
            self.keys.clone()
        };
        let name = format!("{version}.raucb");
        let words = if matches!(made, Made::WithoutApp) { crate::WITHOUT_APP } else { "" };
        let mut bundle = Command::new(self.tool("bundle"));
        bundle.env("WORDS", format!("{} {words}", shell::WORDS)).arg(&from).arg(&keys).arg(shop.folder.join(&name));
        run("bundle", &mut bundle, None)?;
        fs::remove_dir_all(&from).context(from.display())?;
        Ok(name)
    }

    /// The update is installed and the terminal starts anew by itself.
    fn reboots(&self, mut on: Running, what: &str) -> Result<Running> {
        let (said, began) = ("cat /var/lib/appliance/update.said", std::time::Instant::now());
        on.again().map_err(|error| {
            let told = on.shell.run(said, PATIENCE).unwrap_or_default();
            Error::new(format!("{what}: {error}; the terminal says {told:?}"))
        })?;
        say(&format!("   {what}: fetched, written and started anew in {} s", began.elapsed().as_secs()));
        Ok(on)
    }

    fn runs(&self, on: &mut Running, slot: &str, version: u64) -> Result<()> {
        let told = on.shell.run("cat /run/appliance-slot", PATIENCE)?;
        let entry = on.shell.run("ls /efi/EFI/Linux; cat /efi/appliance/*.version", PATIENCE)?;
        if told.trim() != format!("SLOT={slot}") {
            return Err(Error::new(format!("slot {slot} should run, version {version}: {told:?}; entries: {entry:?}")));
        }
        say(&format!("   slot {slot} runs; on the boot partition: {}", entry.replace('\n', " ")));
        Ok(())
    }

    /// The terminal itself has said that this entry is good.
    fn good(&self, on: &mut Running, entry: &str) -> Result<()> {
        until_true("the entry to be called good", START, || {
            on.shell.run("ls /efi/EFI/Linux", PATIENCE).is_ok_and(|told| told.lines().any(|line| line == entry))
        })
    }
}
