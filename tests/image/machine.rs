//! The terminal as a machine: QEMU with what a terminal has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use e2e::supervisor::{Process, Program, run};
use e2e::wait::until;
use e2e::{Context, Error, Result};
use serde_json::Value;

use crate::qmp::Qmp;
use crate::shell::Shell;

/// How long a start may take. Without KVM and beside other work the same start takes from half a minute to five.
pub(crate) const START: Duration = Duration::from_secs(600);
/// How long the machine may take for what takes a terminal a moment.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// Within this time the firmware has done what an accelerator may give up on.
const FIRST_STEPS: Duration = Duration::from_secs(5);
/// The panel's size: a portrait one.
pub(crate) const PANEL: (u16, u16) = (1080, 1920);

/// What is kept from one start to the next: disk, firmware, what is plugged in.
#[derive(Debug)]
pub(crate) struct Machine {
    folder: PathBuf,
    lock_board: PathBuf,
    starts: u32,
    accelerator: &'static str,
}

impl Machine {
    /// A machine with the disk `disk.img` in `folder`, and a lock board on the serial port `lock_board`.
    pub(crate) fn new(folder: &Path, lock_board: &Path) -> Result<Self> {
        let firmware = Path::new("/usr/share/OVMF/OVMF_VARS_4M.fd");
        fs::copy(firmware, folder.join("firmware.fd")).context(firmware.display())?;
        // What computes: the processor itself, where QEMU may use it (the device of KVM), or a program.
        let accelerator = if Path::new("/dev/kvm").exists() { "kvm" } else { "tcg" };
        Ok(Self { folder: folder.to_owned(), lock_board: lock_board.to_owned(), starts: 0, accelerator })
    }

    pub(crate) fn disk(&self) -> PathBuf {
        self.folder.join("disk.img")
    }

    /// Puts a file on the disk's boot partition, as a technician does who has the disk in their hands.
    pub(crate) fn put(&self, file: &Path, to: &str) -> Result<()> {
        const AT: &str = "1M"; // where `assemble` begins the partition
        let mut command = Command::new("mcopy");
        command.env("MTOOLS_SKIP_CHECK", "1").arg("-o").arg("-i").arg(format!("{}@@{AT}", self.disk().display()));
        run("mcopy", command.arg(file).arg(format!("::{to}")), None).map(drop)
    }

    /// Switches the power on. Within another machine KVM may be there and not do: then it is done without, from then on.
    pub(crate) fn start(&mut self) -> Result<Running> {
        self.starts += 1;
        if let Some(running) = self.power_on()? {
            return Ok(running);
        }
        self.accelerator = "tcg";
        self.power_on()?.ok_or_else(|| Error::new("QEMU stopped the machine; qemu.log says why"))
    }

    /// `None` when the accelerator gives up on what the firmware does first.
    fn power_on(&self) -> Result<Option<Running>> {
        let at = |name: &str| self.folder.join(name);
        for socket in ["monitor", "serial", "card"] {
            // The first start finds none.
            let _absent = fs::remove_file(at(socket));
        }
        let log = at(&format!("kiosk-{}.log", self.starts));
        let began = Instant::now();
        let socket = |id: &str| format!("socket,id={id},path={},server=on,wait=off", at(id).display());
        let pflash = |more: &str, file: &Path| format!("if=pflash,format=raw{more},file={}", file.display());
        let process = Program::new("qemu", "qemu-system-x86_64", &at("qemu.log"))
            .args([
                "-machine",
                &format!("q35,accel={}", self.accelerator),
                "-cpu",
                "max,la57=off",
                "-smp",
                "2",
                "-m",
                "1024",
            ])
            .args(["-nodefaults", "-display", "none", "-vga", "none"])
            .args(["-drive", &pflash(",readonly=on", Path::new("/usr/share/OVMF/OVMF_CODE_4M.fd"))])
            .args(["-drive", &pflash("", &at("firmware.fd"))])
            .args(["-drive", &format!("if=none,id=disk,format=raw,cache=none,file={}", self.disk().display())])
            .args(["-device", "virtio-blk-pci,drive=disk,bootindex=0"])
            .args(["-device", &format!("virtio-vga,xres={},yres={}", PANEL.0, PANEL.1)])
            .args(["-netdev", "user,id=net,restrict=off", "-device", "virtio-net-pci,netdev=net,id=nic,romfile="])
            .args(["-device", "virtio-rng-pci", "-device", "i6300esb", "-device", "qemu-xhci,id=usb,p2=8"])
            .args(["-device", "usb-tablet,bus=usb.0,port=1"])
            .args(["-chardev", &format!("serial,id=board,path={}", self.lock_board.display())])
            .args(["-device", "usb-serial,bus=usb.0,port=2,id=lock,chardev=board,serial=LOCK,always-plugged=on"])
            .args(["-chardev", &socket("card")])
            .args(["-device", "usb-ccid,bus=usb.0,port=3,id=ccid", "-device", "ccid-card-passthru,chardev=card"])
            .args(["-chardev", &socket("monitor"), "-mon", "chardev=monitor,mode=control"])
            .args(["-chardev", &format!("{},logfile={}", socket("serial"), at("serial.log").display())])
            .args(["-serial", "chardev:serial", "-serial", &format!("file:{}", log.display())])
            .start()?;
        let mut monitor = Qmp::connect(&at("monitor")).context(process.tail())?;
        if self.starts == 1 && !monitor.goes_on(FIRST_STEPS)? {
            return Ok(None);
        }
        let mut running =
            Running { monitor, shell: Shell::connect(&at("serial"))?, card: at("card"), process, log, began, heard: 0 };
        running.listen(START)?;
        Ok(Some(running))
    }
}

/// A machine that is on. Dropping it cuts its power.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) monitor: Qmp,
    pub(crate) shell: Shell,
    /// Where its card reader is.
    pub(crate) card: PathBuf,
    process: Process,
    log: PathBuf,
    began: Instant,
    /// How long the log of earlier starts is.
    heard: u64,
}

impl Running {
    /// Waits until the system has started, and lets the kiosk's log come by the second serial line.
    fn listen(&mut self, limit: Duration) -> Result<()> {
        self.shell.wait_start(limit)?;
        self.heard = fs::metadata(&self.log).map_or(0, |log| log.len());
        self.shell.run("stty -F /dev/ttyS1 raw", PATIENCE)?;
        self.shell.run("(journalctl -u kiosk.service -b -f -n all -o cat > /dev/ttyS1 2>&1 &)", PATIENCE).map(drop)
    }

    /// Waits until the system has started anew by itself.
    pub(crate) fn again(&mut self) -> Result<()> {
        self.listen(START * 2)
    }

    /// The pages the kiosk has shown since this start, in order.
    pub(crate) fn screens(&self) -> Vec<String> {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = log.get(usize::try_from(self.heard).unwrap_or(usize::MAX)..).unwrap_or_default();
        let log = String::from_utf8_lossy(log);
        let screen = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            let fields = line.get("fields").unwrap_or(&line);
            let name = fields.get("screen")?.as_str()?;
            (fields.get("message")?.as_str()? == "screen").then(|| name.to_owned())
        };
        log.lines().filter_map(screen).collect()
    }

    /// The page shown now; empty before the first.
    pub(crate) fn screen(&self) -> String {
        self.screens().pop().unwrap_or_default()
    }

    /// Waits until one of these pages is shown, and says which.
    pub(crate) fn wait_screen(&self, pages: &[&str], limit: Duration) -> Result<String> {
        let what = format!("the terminal to show {}", pages.join(" or "));
        until(&what, limit, || Some(self.screen()).filter(|screen| pages.contains(&screen.as_str())))
            .map_err(|error| Error::new(format!("{error}; it has shown {:?}", self.screens())))
    }

    /// How long it has been on.
    pub(crate) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Touches `place` until another page is shown, and says which.
    pub(crate) fn touch_on(&mut self, place: (u16, u16)) -> Result<String> {
        let before = self.screens().len();
        for _ in 0..6 {
            self.monitor.touch(place, PANEL)?;
            let changed = until("another page", Duration::from_secs(12), || {
                let screens = self.screens();
                (screens.len() > before).then(|| screens.last().cloned().unwrap_or_default())
            });
            if let Ok(screen) = changed {
                return Ok(screen);
            }
        }
        Err(Error::new(format!("touching {place:?} does nothing; it has shown {:?}", self.screens())))
    }

    /// Cuts the power.
    pub(crate) fn cut(mut self) {
        self.process.kill();
    }
}
