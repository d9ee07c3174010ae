//! What a terminal tells of itself: its parts and boxes, what is wrong with them, and why it calls staff.

use hall_rules::Language;
use kiosk_wire::told::Seconds;
use kiosk_wire::{Code, FaultCode, StaffCall};

use crate::english::{coded, one_sentence, sentences_of, title_and_advice};
use crate::say::{Said, fill};

coded! {
    /// A part of a terminal, by the name that it reports.
    Part, "Part":
    Reader = "reader", "读卡器";
    Locker = "locker", "存件柜";
    Journal = "journal", "流水";
    Clock = "clock", "时钟";
    Disk = "disk", "磁盘";
    Backend = "backend", "服务器连接";
    Printer = "printer", "打印机";
    Scanner = "scanner", "扫码器";
    Call = "call", "呼叫";
}

/// A part by its name. Of several readers each has a number behind its name; a name that this build does not know stays
/// as it is.
pub fn part(name: &str, language: Language) -> String {
    let (kind, number) = name.split_once('-').unwrap_or((name, ""));
    match Part::from_code(kind) {
        Some(part) if number.is_empty() => part.said(language),
        Some(part) => format!("{} {number}", part.said(language)),
        None => name.to_owned(),
    }
}

coded! {
    /// A size of boxes that halls commonly have.
    BoxSize, "BoxSize":
    Envelope = "envelope", "信封";
    Small = "small", "小号";
    Medium = "medium", "中号";
    Large = "large", "大号";
}

/// A box's size; one of the hall's own stays as the hall calls it.
pub fn box_size(size: &str, language: Language) -> String {
    BoxSize::from_code(size).map_or_else(|| size.to_owned(), |known| known.said(language))
}

sentences_of! { StaffCall, "StaffCall":
    Help = "有人按了“帮助”";
    DoorLeftOpen { compartment } = "{compartment}号柜门开着超过一分钟";
    DoorsOpenAtBoot = "终端启动时有柜门开着";
    DoorStuck { compartment } = "{compartment}号柜门打不开";
    FoundSomething { compartment } = "群众在{compartment}号柜里发现了东西";
    Unconfirmed { compartment } = "{compartment}号柜里有没有材料待核实";
    RecordFailed = "材料放进去了，但记录存不下";
    LineLost { compartment } = "{compartment}号柜门开着时锁控板失去联系";
    CardLeft = "有卡忘在读卡器上";
}

/// Rows of faults: what happened, and what to do.
macro_rules! faults {
    ($($name:ident $({ $($parameter:ident),+ })? = $title:literal, $advice:literal;)+) => {
        /// What is wrong with a part, and what to do about it.
        pub fn fault(code: &FaultCode, language: Language) -> [String; 2] {
            match code {
                $(FaultCode::$name $({ $($parameter),+ })? => title_and_advice!(
                    concat!("FaultCode::", stringify!($name)),
                    $title,
                    $advice,
                    [$($(stringify!($parameter)),+)?]
                )
                .map(|sentence| fill(sentence, &[$($((stringify!($parameter), $parameter)),+)?], language)),)+
            }
        }

        const _: () = assert!(
            crate::english::count_of("FaultCode::") == 2 * [$(stringify!($name)),+].len(),
            "po/en.po has a text of a FaultCode that is none: a `.title` and an `.advice` for each, and no more",
        );
    };
}

faults! {
    CardServiceDown =
        "读卡服务（pcscd）没有应答", "看 systemctl status pcscd；启动时不要带 --auto-exit";
    CardServiceDenied =
        "读卡服务不让终端程序使用", "在 polkit 里允许服务用户的 org.debian.pcsc-lite.access_pcsc 和 .access_card";
    NoReader { pattern, connected } =
        "没有名叫“{pattern}”的读卡器；已连接：{connected}", "检查读卡器的线和电源；对照配置里的 reader 和 pcsc_scan -r";
    CardServiceFailed { detail } =
        "读卡服务出错：{detail}", "看 journalctl -u pcscd；重启 pcscd，再拔插读卡器";
    ReaderSilent { port } =
        "{port} 上的读卡器没有应答", "检查读卡器的电源和线；对照 baud 和读卡器说明书";
    ReaderGarbled { port } =
        "{port} 上的读卡器应答是乱码", "对照 baud 和读卡器说明书；检查线和接地";
    SecurityModule { port, detail } =
        "{port} 上读卡器的安全模块有故障：{detail}", "把读卡器断电再通电；还这样就换读卡器或安全模块";
    PortMissing { port } =
        "没有端口 {port}", "检查转接头的线；对照配置里的 port 和 ls /dev/serial/by-path";
    PortHeld { port } =
        "端口 {port} 被别的程序占用，或不是串口", "用 fuser 找出那个程序并停掉；核对 port 是不是串口";
    PortDenied { port } =
        "终端程序无权打开端口 {port}", "把服务用户加进 dialout 组";
    PortLost { port, detail } =
        "端口 {port} 用着用着没有了：{detail}", "检查转接头的线和 USB 集线器的电源";
    UsbPrinterMissing { port } =
        "没有打印机端口 {port}", "检查打印机的电源和线；lsmod 里要有 usblp（没有就 modprobe usblp）";
    UsbPrinterHeld { port } =
        "打印机端口 {port} 被别的程序占用", "用 fuser 找出那个程序并停掉；这台打印机不能交给 CUPS";
    UsbPrinterDenied { port } =
        "终端程序无权打开打印机端口 {port}", "把服务用户加进 lp 组";
    ScannerMissing { port } =
        "没有扫码器 {port}，或终端程序无权打开它", "检查扫码器的线；60-kiosk.rules 里要有 lsusb 显示的编号";
    BoardsSilent { port, boards } =
        "{port} 上的锁控板 {boards} 没有应答", "检查锁控板的 12 V 电源、A/B 线（没有接反）和拨码地址";
    BoardsGarbled { port, boards } =
        "{port} 上的锁控板 {boards} 应答是乱码", "检查有没有两块板地址相同、总线两端的 120 欧电阻和配置里的 protocol";
    BoardsRefuse { port, boards } =
        "{port} 上的锁控板 {boards} 说查不到锁的状态", "把锁控板断电再通电；还这样就换";
    BoardsSmaller { port, boards } =
        "{port} 上的锁控板 {boards} 的锁比配置里写的少", "把配置里的 locks 改成板上实有的";
    PrinterUnreachable { address, detail } =
        "连不上打印机 {address}：{detail}", "检查打印机的电源和网线；ping 它的地址";
    PrinterMute { port } =
        "{port} 上的打印机不报告状态，不一定影响打印", "kiosk printer test 能打印就不用管，很多打印机从不应答；打不出来就核对 baud 和线";
    PrinterGarbled { port, answer } =
        "{port} 上打印机的应答看不懂（{answer}）", "对照 baud 和打印机自检页；核对它支持 ESC/POS";
    PrinterSilent { port } =
        "{port} 上的打印机原来有应答，现在没有了", "检查打印机开着没有，线好不好";
    PrinterStuck { port } =
        "{port} 上的打印机收不进数据", "检查打印机开着没有，线好不好";
    PaperLow =
        "打印纸快用完了", "拿一卷新纸来";
    PaperOut =
        "打印机没有纸", "装一卷新纸，涂层一面朝打印头";
    CoverOpen =
        "打印机盖子开着", "合上打印机盖子，听到咔哒一声";
    CutterStuck =
        "打印机切刀卡住了", "打开盖子取出卡住的纸，断电再通电";
    PrinterError =
        "打印机报告故障", "把打印机断电再通电；还报故障就换";
    ScannerTypes { port } =
        "{port} 上的扫码器还会往屏幕上打字", "把 lsusb 显示的编号写进 60-kiosk.rules 里它的两行，再拔插一次";
    ScannerGarbled { port, detail } =
        "{port} 上的扫码器发来的不是键盘数据（{detail}）", "扫说明书里的“USB 键盘”；或改成串口，配置里 kind 写 serial";
    JournalDamaged =
        "流水已被搁置，或不见了", "运行 kiosk doctor；照维护人员手册“修复”一节处理";
    JournalBroken { detail } =
        "流水现在用不了：{detail}", "运行 kiosk doctor；终端会自己再试";
    JournalForked =
        "服务器上的流水与终端的不同", "照维护人员手册“修复”一节处理";
    JournalLocked =
        "别的程序锁住了流水（正在拷贝，或 sqlite3）", "结束那个程序（fuser -v journal.db 能看到它），终端会自己继续";
    DiskFull =
        "磁盘满了", "腾出空间：journalctl --vacuum-size=100M";
    ClockAhead { by } =
        "终端的时钟比服务器快 {by}", "用 timedatectl 查看；检查时钟电池和网络校时";
    ClockBehind { by } =
        "终端的时钟比服务器慢 {by}", "用 timedatectl 查看；检查时钟电池和网络校时";
    ClockImpossible { shown } =
        "终端的时钟显示 {shown}，不可能是真的", "用 timedatectl 查看；检查时钟电池和网络校时";
    BackendClockAhead { by } =
        "服务器的时钟比终端知道的时间快 {by}，终端没有采用", "检查服务器的时钟，再在终端上 timedatectl";
    BackendClockBehind { by } =
        "服务器的时钟比终端知道的时间慢 {by}，终端没有采用", "检查服务器的时钟，再在终端上 timedatectl";
    BackendUnreachable { detail } =
        "终端连不上服务器：{detail}", "检查网络和 backend.url；存件留在终端，以后再发";
    BackendRefused { refusal } =
        "服务器拒绝了终端（{refusal}）", "检查网络和 backend.url；存件留在终端，以后再发";
    BackendCertificate { detail } =
        "服务器的证书现在无效（{detail}）：过期了，或时钟不对", "在终端和服务器上看 timedatectl；证书过期就更换";
    BackendMisread { detail } =
        "看不懂服务器的应答：{detail}", "核对 backend.url 是不是本大厅的服务器；存件留在终端，以后再发";
    BackendSetup { detail } =
        "配置里的服务器用不了：{detail}", "改正配置里的 [backend]";
}

/// Rows of codes with which entries of a journal are set aside.
macro_rules! set_aside {
    ($($name:ident = $zh:literal;)+) => {
        /// Why an entry of a journal was set aside; nothing for codes that set nothing aside.
        pub fn set_aside(code: Code, language: Language) -> Option<String> {
            $(if code == Code::$name {
                let [sentence] = one_sentence!(concat!("SetAside::", stringify!($name)), $zh, []);
                return Some(fill(sentence, &[], language));
            })+
            None
        }

        const _: () = assert!(
            crate::english::count_of("SetAside::") == [$(stringify!($name)),+].len(),
            "po/en.po has a text of SetAside that is none",
        );
    };
}

set_aside! {
    EntryKindUnknown = "服务器不认识这种流水，可能需要升级服务器";
    EntryImplausible = "与已知情况不符，例如没有申报的存件";
    PayloadUnreadable = "申报内容缺失或读不出";
    ItemUnknown = "目录里没有这个事项或版本";
    UnknownVersion = "终端写的版本比服务器新";
    EntryCorrupt = "校验不符，内容可能损坏";
}

impl Said for Seconds {
    fn said(&self, language: Language) -> String {
        let (number, zh, en) = match self.0 {
            seconds @ ..7_200 => (seconds, "秒", "s"),
            seconds @ ..172_800 => (seconds / 3_600, "小时", "h"),
            seconds => (seconds / 86_400, "天", "days"),
        };
        let unit = match language {
            Language::Zh => zh,
            Language::En => en,
        };
        format!("{number} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use kiosk_wire::CompartmentNo;

    use super::*;

    #[test]
    fn calls_and_faults_are_said_with_their_numbers_in_the_readers_language() {
        let open = StaffCall::DoorLeftOpen { compartment: CompartmentNo(12) };
        assert_eq!(open.said(Language::Zh), "12号柜门开着超过一分钟");
        assert_eq!(open.said(Language::En), "door 12 has been open for a minute");
        let late = FaultCode::ClockBehind { by: Seconds(7_300) };
        assert_eq!(fault(&late, Language::Zh)[0], "终端的时钟比服务器慢 2 小时");
        assert_eq!(fault(&late, Language::En)[0], "the terminal's clock is 2 h behind the backend's");
    }

    #[test]
    fn what_this_build_does_not_know_keeps_its_name() {
        let said = |name| part(name, Language::Zh);
        assert_eq!([said("reader"), said("reader-2"), said("camera")], ["读卡器", "读卡器 2", "camera"]);
        let sized = |size| box_size(size, Language::En);
        assert_eq!([sized("envelope"), sized("A4")], ["envelope", "A4"]);
    }
}
