//! Why something is refused: one variant each, from which its code, its field and its words follow.

use hall_rules::case::{Need, Party};
use hall_rules::review::Unfit;
use hall_rules::{Language, Right};
use kiosk_wire::{Code, Problem};

use crate::english::{self, Sentence, title_and_advice};
use crate::say::{Said, Wait, fill};

/// A row: the reason and its parameters, its code, what happened and what to do in Chinese; where it has one, the
/// field (`in`) and the seconds after which to come back (`after`).
macro_rules! reasons {
    ($(
        $name:ident $({ $($parameter:ident: $type:ty),+ })? = $code:ident,
        $title:literal, $advice:literal $(, in $field:expr)? $(, after $after:expr)?;
    )+) => {
        /// Why something is refused.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "a parameter is named as the sentence names it")]
        pub enum Reason {
            $(#[doc = $title] $name $({ $($parameter: $type),+ })?,)+
        }

        impl Reason {
            /// What kind of refusal it is.
            pub fn code(&self) -> Code {
                match self { $(Self::$name { .. } => Code::$code,)+ }
            }

            /// The field that is wrong, where one is.
            #[expect(unused_variables, reason = "few fields depend on parameters")]
            pub fn field(&self) -> Option<String> {
                match self {
                    $(Self::$name $({ $($parameter),+ })? => None::<String>$(.or(Some(String::from($field))))?,)+
                }
            }

            /// Seconds after which to come back, where time mends it.
            #[expect(unused_variables, reason = "few waits depend on parameters")]
            pub fn retry_after_s(&self) -> Option<u64> {
                match self {
                    $(Self::$name $({ $($parameter),+ })? => None::<u64>$(.or(Some($after)))?,)+
                }
            }

            /// What happened, and what to do.
            fn sentences(&self) -> [Sentence; 2] {
                match self {
                    $(Self::$name { .. } => title_and_advice!(
                        concat!("Reason::", stringify!($name)),
                        $title,
                        $advice,
                        [$($(stringify!($parameter)),+)?]
                    ),)+
                }
            }

            /// Names and values of its parameters.
            fn parameters(&self) -> Vec<(&'static str, &dyn Said)> {
                match self {
                    $(Self::$name $({ $($parameter),+ })? => vec![$($((stringify!($parameter), $parameter)),+)?],)+
                }
            }
        }

        /// All of them by name, so that whatever is lacking is found even where no function is built.
        const ALL: &[(&str, [Sentence; 2])] = &[$((
            stringify!($name),
            title_and_advice!(
                concat!("Reason::", stringify!($name)),
                $title,
                $advice,
                [$($(stringify!($parameter)),+)?]
            ),
        )),+];
        const _: () = assert!(
            english::count_of("Reason::") == 2 * ALL.len(),
            "po/en.po has a text of a Reason that is none: a `.title` and an `.advice` for each, and no more",
        );
    };
}

reasons! {
    // Anybody.
    Internal { reference: String } = Internal,
        "服务器出错了", "请再试一次；一直这样请把这个编号告诉管理员：{reference}";
    StoreFull = StoreUnavailable,
        "服务器现在无法保存", "请稍后再试；一直这样请告诉管理员检查磁盘。", after 5;
    NotYours { right: Right } = Forbidden,
        "您的岗位不能做这件事：{right}", "什么也没有改变。请找有这项权限的同事；各岗位的权限见工作手册。";
    NotSignedIn = NotSignedIn,
        "还没有登录", "请先登录，再带着登录凭据请求。";
    ChangeFirst = Forbidden,
        "一次性密码要先换掉", "请登录工作台，设一个自己的密码。", in "password";

    // A case.
    NoSuchCase = NotFound,
        "没有找到这个办件", "可能地址不对，或它属于别的窗口。";
    NoSuchCaseNamed { name: String } = NotFound,
        "没有办件 {name}", "请写它的标识或编号。";
    CaseIdShape = NotFound,
        "没有找到这个办件", "办件的标识是 UUID。";
    CaseClaimed { name: String } = CaseClaimed,
        "{name} 正在办这个件", "可以看，不能动；要紧时请负责人接手。过一会儿没有动作，认领会自动到期。";
    NotHeld = WrongState,
        "您没有认领这个件", "认领可能已经到期，或同事接手了；下面是现在的样子。";
    NotNow = WrongState,
        "现在不能这样做", "办件的情况和您看到的不一样了，下面是现在的样子。";
    CaseMoved { why: Box<Reason> } = StalePage,
        "页面旧了", "别人刚刚动过这个办件，下面是现在的样子，请看过再按。原因：{why}";
    StepMoved = StalePage,
        "页面旧了", "别人刚刚动过这个办件，下面是现在的样子，请看过再按。";
    FieldsMoved = StalePage,
        "页面旧了", "同事刚刚录入了内容。请对照过，再保存。";
    FormMoved = StalePage,
        "页面旧了", "表单里没有办件的版本。请看过下面现在的样子，再按。";
    ReasonMissing { longest: usize } = InvalidValue,
        "填写的内容不对", "请写明原因（{longest} 字以内，一行），不要写申请人的姓名或号码。", in "reason";
    NotYourStep { who: Vec<Party> } = Forbidden,
        "您的岗位不能办这一步", "什么也没有改变。这一步由这些岗位办：{who}";
    NoSuchStep = InvalidValue,
        "没有这一步", "请从下面的按钮里选。", in "event";
    NobodyToAsk = WrongState,
        "这个件没有要会办的部门", "请直接作出决定；要问哪些部门由事项目录规定。";
    FindingsCount { checked: usize, all: usize } = InvalidValue,
        "材料还没有核对好（{checked}/{all}）", "请逐项选“合格、缺少、不符合”，缺少或不符合的写明问题，再按一次。", in Need::Findings.code();
    FindingLong { longest: usize } = InvalidValue,
        "材料的问题写得太长", "每项 {longest} 字以内，一行。", in Need::Findings.code();
    FindingsUnfit { why: Unfit } = InvalidValue,
        "核对的结果不能办这一步", "{why}。请对照核对结果，选另一步或改正。", in Need::Findings.code();
    DaysMissing { most: u16 } = InvalidValue,
        "工作日天数不对", "请填写 1 到 {most} 之间的天数。", in Need::Days.code();
    WordMissing { need: Need, longest: usize } = InvalidValue,
        "“{need}”没有填好", "请填写，{longest} 字以内，一行。", in need.code();
    ParcelMissing = InvalidValue,
        "快递信息没有填好", "请照快递单填写快递公司和单号。", in Need::Delivery.code();
    OpinionsMissing { missing: usize } = InvalidValue,
        "还有部门没有答复（{missing} 个）", "请等全部答复；确实不需要的，写明原因撤回那个会办。", in Need::Opinions.code();
    DisagreementMissing = InvalidValue,
        "会办中有不同意见", "请写明本机关怎样处理这个意见（200 字以内，一行），它会写入决定书。", in Need::Disagreement.code();
    CaseNotClosed = WrongState,
        "办件还没有办结", "请先办结归档，再导出。";
    PastGreen = WrongState,
        "办件已有决定或已结束", "绿色通道只缩短到作出决定为止的路。";
    GreenAlready = WrongState,
        "绿色通道已经是这样了", "可能同事刚刚改过；下面是现在的样子。";
    FilesClosed = WrongState,
        "办件已经结束，不再收附件", "属于它的材料已经归档。";
    NotesClosed = WrongState,
        "办件已经结束", "不再往里添加内容。";
    NoteLong { longest: usize } = InvalidValue,
        "备注没有记下", "1 到 {longest} 字。", in "note";
    MandateNotYours = Forbidden,
        "您的岗位不登记委托", "请找本办件窗口的窗口人员。";
    MandateLine { shortest: usize, longest: usize, field: &'static str } = InvalidValue,
        "委托没有登记", "委托人和委托事项必须填写，各写一行（这一项 {shortest} 到 {longest} 字）；扫描件从附件里选。", in *field;
    MandateFile = InvalidValue,
        "委托没有登记：办件没有这个附件", "请先添加委托书的扫描件，再从附件里选。", in "mandate-file";
    FieldsNotOnDesk = WrongState,
        "现在不能录入", "表格不在窗口，或办件已经结束；下面是现在的样子。";
    KeyingNotYours = Forbidden,
        "您的岗位不录入表格", "请找本办件窗口的窗口人员。";
    NoSuchField { code: String } = InvalidValue,
        "这个事项没有要录入的 {code}", "请重新打开页面。", in "fields";
    FieldsWrong { count: usize, each: String, first: String } = InvalidValue,
        "有 {count} 项填得不对，一项也没有保存", "请改正标出的几项，再保存。", in first.clone();
    NothingGiven = NotFound,
        "申请人没有填写，或内容读不出", "请在窗口询问。";
    NoSuchNotice = NotFound,
        "办件没有这份文书", "请从办件页面打开。";
    NoticeIdShape = NotFound,
        "办件没有这份文书", "见办件的 `notices`。";
    NoSuchMessage = NotFound,
        "办件没有这条短信", "请重新打开页面。";
    MessageIdShape = NotFound,
        "办件没有这条短信", "见办件的 `messages`。";
    SendsNoMessages = WrongState,
        "本大厅不发短信", "请给申请人打电话；服务器上没有设置 [sms]。";
    MessageOnItsWay = WrongState,
        "短信正在发送，或已经重发", "请看下面现在的样子。";

    // Attachments.
    FilesNotYours = Forbidden,
        "您的岗位不添加附件", "请找本办件窗口的窗口人员。";
    FilesFull { most: usize } = InvalidValue,
        "附件没有收下：已经有 {most} 个", "请把几份材料扫描成一个 PDF。", in "file";
    FileLarge { mb: u64 } = InvalidValue,
        "附件没有收下：文件太大", "最大 {mb} MB。请用 200 dpi 灰度重新扫描，或分成几份。", in "file";
    FileEmpty = InvalidValue,
        "附件没有收下：文件是空的", "请选扫描好的文件。", in "file";
    FileKind = InvalidValue,
        "附件没有收下", "只收 PDF、PNG、JPEG，内容要完整。请重新扫描或另选文件。", in "file";
    FileMisnamed { kind: String } = InvalidValue,
        "附件没有收下：文件名和内容不符", "里面其实是 {kind}。请改成正确的名字，或另选文件。", in "file-name";
    FileName { longest: usize } = InvalidValue,
        "附件没有收下：文件名太长或读不出", "请改一个名字，{longest} 字以内。", in "file-name";
    FileNotChosen = InvalidValue,
        "附件没有收下：没有选文件", "请选一个文件，再按一次。", in "file";
    UploadBroken = InvalidValue,
        "附件没有收下：上传中断", "什么也没有留下，请再选一次文件。", in "file";
    NoSuchFile = NotFound,
        "办件没有这个附件", "请从办件页面打开。";

    // Questions to other departments.
    NoSuchPart = NotFound,
        "没有找到这个会办", "它可能属于别的窗口。";
    PartIdShape = NotFound,
        "没有找到这个会办", "会办的标识是 UUID。";
    PartOfOthers = Forbidden,
        "这个会办由被问的部门答复", "请找那个部门窗口的同事。";
    PartAnswered = WrongState,
        "这个会办已经答复或撤回", "下面是现在的样子。";
    OpinionShape { longest: usize } = InvalidValue,
        "意见没有写好", "不同意的请写明理由，{longest} 字以内；决定书要对它作出说明。", in "opinion";
    OpinionMissing = InvalidValue,
        "没有选同意还是不同意", "请选一项，再按一次。", in "opinion";
    NotTheLead = Forbidden,
        "只有牵头窗口能撤回会办", "请找本办件窗口的窗口人员。";
    NoPartOfCase = NotFound,
        "办件没有这个会办", "请重新打开页面。";
    PartOver = WrongState,
        "那个部门已经答复，或已经撤回", "下面是现在的样子。";

    // Boxes.
    BeingCollected { name: String } = AlreadyBeingCollected,
        "{name} 正在取这个件", "请不要重复去取；要紧时请负责人接手。";
    BeingLoaded { name: String } = AlreadyBeingCollected,
        "{name} 正在放这个件的结果", "请不要重复去放；要紧时请负责人接手。";
    NotCollecting = WrongState,
        "您没有在取这个件", "取件可能已经取消、到期，或由同事接手；下面是现在的样子。";
    BoxOpened = WrongState,
        "柜子已经开过，不能取消", "拿到材料的，请按“已取出”。";
    DoorNotReported = WrongState,
        "现在不能这样做：终端还没有报告开过柜", "请先到终端开柜；已经开过的，等终端恢复联系。";
    EmptiedAlready = WrongState,
        "已经按过“已取出”", "材料已记为收件，不用再按；下面是现在的样子。";
    NoPaperInBox = WrongState,
        "柜里没有这个件的材料", "可能同事已经取走；下面是现在的样子。";
    NotInDoubt = WrongState,
        "这个存件不用核实", "可能同事刚刚核实过；下面是现在的样子。";
    KioskSilent = KioskOffline,
        "终端已有一分钟没有联系", "网络断开时，可以到终端刷工作卡、输密码，直接打开本窗口的柜子。";
    NothingToCollect = WrongState,
        "现在没有可取的柜子", "柜里没有您窗口的件，或同事正在取；下面是现在的样子。";
    RoundOver = WrongState,
        "这一轮没有等着的柜子了", "可能已经结束、到期，或都开过了；下面是现在的样子。";
    NoResultNow = WrongState,
        "这个件现在没有要交付的结果", "下面是现在的样子。";
    KioskOutOfService = InvalidValue,
        "没有这台在用的终端", "请另选一台。", in "kiosk";
    HolderUnreadable = PayloadUnreadable,
        "申请人提交的内容读不出，没有卡能开这个柜", "请在窗口交付结果。";
    BoxNumberWrong = InvalidValue,
        "柜号写得不一样，没有开柜", "请看着页面上的柜号再写一遍。", in "compartment";
    NoSuchBox { no: u16 } = NotFound,
        "没有柜号 {no}", "请写柜门上的号码。";
    NotABoxNumber = InvalidValue,
        "这不是柜号", "请写柜门上的号码。";
    BoxInUse = WrongState,
        "还有办件的材料在这个柜里", "请先取件，或先核实那个存件。";

    // Terminals, as staff and operators see them.
    NoSuchKiosk = NotFound,
        "没有这台终端", "请从终端列表打开。";
    KioskIdShape = NotFound,
        "没有这台终端", "见 /api/v1/kiosks。";
    NoSuchEntry = NotFound,
        "没有这条待处理记录", "可能同事已经处理；请重新打开页面。";
    EntryIdShape = NotFound,
        "没有这条待处理记录", "见 /api/v1/set-aside。";
    KioskName = InvalidValue,
        "终端的名称不对", "1 到 64 字，请另写一个。", in "name";
    KioskNameTaken { name: String } = InvalidValue,
        "已有叫 {name} 的终端", "请另写一个；重新注册的终端是一台新终端。", in "name";
    NoKioskToRevoke { name: String } = NotFound,
        "没有可以注销的终端 {name}", "见 `kiosk-backend kiosk list`。";
    CatalogueFlawed { flaws: String } = InvalidValue,
        "事项目录没有导入，什么也没有改", "{flaws}";
    CatalogueUnversioned { items: String } = KeyReused,
        "有事项改了内容却没有改版本，什么也没有改", "请把这些事项的 `version` 加大：{items}";
    NoCatalogue = NotFound,
        "还没有导入事项目录", "请运行 `kiosk-backend catalogue import DIR`。";
    CalendarFlawed { flaws: String } = InvalidValue,
        "工作日历没有导入，什么也没有改", "{flaws}";
    FolderUnreadable { folder: String, cause: String } = NotFound,
        "文件夹 {folder} 读不出：{cause}", "请给出放着目录 .toml 文件的文件夹。";
    FolderEmpty { folder: String } = NotFound,
        "文件夹 {folder} 里没有 .toml 文件", "请给出放着目录的文件夹。";
    FileUnreadable { file: String, cause: String } = NotFound,
        "文件 {file} 读不出：{cause}", "文件要是 UTF-8 文本。";

    // What terminals send.
    EnrolmentCode = EnrolmentCodeRefused,
        "注册码不对、用过了或已过期", "请用 `kiosk-backend kiosk add NAME` 另取一个。", in "code";
    EnrolmentTries { seconds: u64 } = TooManyTries,
        "注册码错的次数太多", "请对照 `kiosk-backend kiosk add` 打印的注册码，{seconds} 秒后再试。", after *seconds;
    PublicKey = InvalidValue,
        "公钥不是 Ed25519 公钥（十六进制 32 字节）", "请再运行一次 `kiosk enrol`。", in "public_key";
    TokenMissing = TokenMalformed,
        "没有 `Authorization: Bearer` 令牌", "令牌怎样做见 docs/wire.md。";
    TokenUnreadable { why: String } = TokenMalformed,
        "令牌读不出：{why}", "令牌怎样做见 docs/wire.md。";
    TokenClaims = TokenMalformed,
        "令牌里没有声明", "令牌怎样做见 docs/wire.md。";
    TokenSignature = TokenSignature,
        "令牌的签名和终端注册的公钥不符", "密钥文件换过吗？请重新注册终端。";
    TokenAudience = TokenAudience,
        "令牌是给别的大厅的", "请检查 [backend] url，或在这里注册终端。";
    TokenClock = TokenClock,
        "令牌已过期、签在将来，或有效期太长", "请照 `server_ms` 的时间另签一个。";
    KioskUnknown = KioskUnknown,
        "这里没有注册过这个标识的终端", "请先 `kiosk-backend kiosk add NAME`，再在终端上 `kiosk enrol`。";
    KioskRevoked = KioskRevoked,
        "这台终端已注销", "请保留它的硬盘，用手取空柜子；还要用的请重新注册。";
    PushLong { most: usize, sent: usize } = InvalidValue,
        "一次最多 {most} 条记录，这次有 {sent} 条", "请一次少发一些。", in "entries";
    EntryOutOfOrder { seq: u64, before: u64, n: usize } = JournalGap,
        "第 {seq} 条没有接着第 {before} 条", "请从最早的开始，不跳号地发。", in format!("entries[{n}]");
    EntryCorrupt { seq: u64, cause: String, n: usize } = EntryCorrupt,
        "第 {seq} 条：{cause}", "请在终端上运行 `kiosk journal verify`，并保留它的硬盘。", in format!("entries[{n}]");
    EntryZero { n: usize } = EntryCorrupt,
        "流水从 1 开始编号", "请在终端上运行 `kiosk journal verify`，并保留它的硬盘。", in format!("entries[{n}]");
    EntryPrev { n: usize } = EntryCorrupt,
        "`prev` 不是哈希值", "请在终端上运行 `kiosk journal verify`，并保留它的硬盘。", in format!("entries[{n}]");
    ForeignJournal = Forbidden,
        "这份流水属于另一台终端", "不要把流水拷到别的终端；请用空文件夹重新注册这一台。", in "journal";
    EntriesLacking { came: u64, next: u64 } = JournalGap,
        "来了第 {came} 条，还缺第 {next} 条", "请从第 {next} 条重发。", in "entries";
    JournalForked { seq: u64 } = JournalForked,
        "流水和已存的接不上（约在第 {seq} 条）", "终端必须停止收件。请保留它的硬盘，看过柜子，再重新注册。", in "entries";
    HeartbeatLong { most: usize } = BodyTooLarge,
        "心跳最多 {most} 字节", "请少报一些柜子。";

    // Accounts and signing in.
    SignIn = SignInRefused,
        "姓名或密码不对", "请再试一次；忘了密码或账号停用，请找管理员。";
    PasswordTries { wait: Wait } = TooManyTries,
        "试错次数太多", "请 {wait} 分钟后再试，或请管理员帮忙。", after wait.0;
    PasswordWrong = SignInRefused,
        "现在的密码不对", "请再写一次；忘了请找管理员重设。", in "old";
    PasswordShort { least: usize } = InvalidValue,
        "密码不能用：不到 {least} 个字", "请选一个长些的；一句短话就很好。", in "password";
    PasswordSame = InvalidValue,
        "新密码不能用：和旧的一样", "请另选一个。", in "password";
    PasswordTwice = InvalidValue,
        "新密码不能用：两遍写得不一样", "请再写一遍。", in "password";
    NoSuchAccount = NotFound,
        "没有这个账号", "请从账号列表打开。";
    AccountClosed = WrongState,
        "这个账号已停用，不能再改", "请用另一个姓名新增账号。";
    AccountClosedAlready = WrongState,
        "这个账号已经停用", "不用再按；可能同事刚刚停用的，下面是现在的样子。";
    OwnAccount = InvalidValue,
        "不能停用自己的账号", "请找另一位管理员。", in "account";
    SessionGone = NotFound,
        "那次登录已经结束", "不用再按；请重新打开页面。";
    NameShape = InvalidValue,
        "账号没有新增：姓名不对", "姓名 1 到 64 个字，请另写一个。", in "name";
    NameTaken { name: String } = InvalidValue,
        "账号没有新增：已有叫 {name} 的人", "请另写一个，例如带上窗口的。", in "name";
    NoSuchRole = InvalidValue,
        "账号没有新增：没有这个岗位", "请从列表里选。", in "role";
    NoSuchWindow { name: String, known: String } = InvalidValue,
        "账号没有新增：没有窗口 {name}", "现有窗口：{known}。可以用 `kiosk-backend window add` 新增。", in "window";
    WindowName = InvalidValue,
        "窗口的名称不对", "1 到 64 个字，请另写一个。", in "name";
    NobodyNamed { name: String } = NotFound,
        "没有叫 {name} 的在用账号", "见 `kiosk-backend staff list`。";
    WindowTaken { name: String } = InvalidValue,
        "已有窗口 {name}", "请另写一个名称。", in "name";
    DepartmentTaken { department: String, window: String } = InvalidValue,
        "部门 {department} 已属于窗口 {window}", "一个部门只有一个窗口。", in "department";
    NoSuchDepartment { code: String, known: String } = InvalidValue,
        "事项目录里没有部门 {code}", "目录里有：{known}", in "department";
    CardTaken { name: String } = InvalidValue,
        "这张卡是 {name} 的", "请给每个人一张自己的卡。", in "card-uid";
    CardNotHex = InvalidValue,
        "卡号不是十六进制", "请用 `kiosk card read --json` 读取，例如 04A1B2C3D4E5F6。", in "card-uid";
    CardLength = InvalidValue,
        "卡号应有 4、7 或 10 字节", "请用有固定卡号的卡。", in "card-uid";
    CardZeros = InvalidValue,
        "卡号全是 0：读卡器没有读到", "请用有固定卡号的卡。", in "card-uid";
    CardRandom = InvalidValue,
        "这张卡每次的卡号都不同（以 08 开头）", "请用有固定卡号的卡。", in "card-uid";
    PinDigits { least: usize, most: usize } = InvalidValue,
        "PIN 有 {least} 到 {most} 位数字", "请另选一个。", in "pin";
    PinGuessable = InvalidValue,
        "这个 PIN 谁都会先试", "请另选一个。", in "pin";
    NoCityAccounts = NotFound,
        "这里不用统一身份认证登录", "请用密码登录。";
    SubjectShape { longest: usize } = InvalidValue,
        "统一身份标识没有存下", "照服务方给的 sub 原样填写，1 到 {longest} 个字符，不含中文。", in "subject";
    SubjectTaken { name: String } = InvalidValue,
        "统一身份标识没有存下：它属于 {name}", "请先从那个账号里去掉。", in "subject";
    ProviderSubject { subject: String } = SignInRefused,
        "您的统一身份账号还没有和这里的账号对应", "在此之前可以用密码登录。请把这个标识告诉管理员，由管理员填到您的账号里：{subject}", in "oidc-subject";
    ProviderStateOld { url: String } = SignInRefused,
        "这次登录已经失效", "可能用时超过 10 分钟、已经用过一次，或是从别的地址打开了工作台。请从 {url} 打开，再按一次登录按钮。", in "oidc-state";
    ProviderDenied = SignInRefused,
        "统一身份认证没有通过", "您可能取消了登录。请再试一次，或用密码登录。", in "oidc-denied";
    ProviderUntrusted { flaw: String } = SignInRefused,
        "统一身份认证的答复不可信，没有登录", "不是您的问题。请再试一次；一直这样请把这一句告诉管理员，在此之前可以用密码登录：{flaw}", in "oidc-token";
    ProviderClock = SignInRefused,
        "统一身份认证和本厅服务器的时间对不上", "不是您的问题。请告诉管理员核对服务器的时间，在此之前可以用密码登录。", in "oidc-token";
    ProviderStale = SignInRefused,
        "统一身份认证没有重新核对您是谁", "这台电脑上刚才是别人在用，对方却直接认作了那个人。请先在统一身份认证的页面上退出，再登录；或用密码登录。", in "oidc-token";
    ProviderAccountClosed = SignInRefused,
        "您在这里的账号已停用", "身份已核对，但账号不能再用。请找本大厅的管理员。", in "oidc-closed";
    ProviderDown = ProviderUnavailable,
        "统一身份认证现在用不了", "连不上它，不是您的问题。请用密码登录；一直这样请告诉管理员检查网络，或联系统一身份认证的单位。";
    ProviderFails { said: String } = ProviderUnavailable,
        "统一身份认证现在用不了", "对方出了错（{said}），不是您的问题。请用密码登录，过一会儿再试；一直这样请告诉管理员联系统一身份认证的单位。";
    ProviderSettings { said: String } = ProviderUnavailable,
        "统一身份认证现在用不了", "它和本厅的设置对不上，不是您的问题，再试也没有用。请用密码登录，并把这一句告诉管理员：{said}";

    // Calls, views and tables.
    SeenAlready = NotFound,
        "已经有人阅过", "不用再按；请重新打开页面。";
    CallNote { longest: usize } = InvalidValue,
        "回访没有记下", "请写明申请人说了什么、做了什么，1 到 {longest} 字。", in "note";
    NoCallBack = NotFound,
        "这个办件没有要回访的", "请重新打开页面。";
    CallBackMoved = StalePage,
        "同事刚刚记过这次回访", "请看过下面写的，再记。";
    CallOutcome = InvalidValue,
        "没有选回访的结果", "请从列表里选一项。", in "outcome";
    ViewName { longest: usize } = InvalidValue,
        "这个视图没有存下", "名称 1 到 {longest} 个字。", in "view";
    ViewsFull { most: usize } = InvalidValue,
        "这个视图没有存下：已经存了 {most} 个", "请先删掉一个。", in "view";
    NoSuchView = NotFound,
        "您没有这个视图", "可能已经删掉；请重新打开页面。";
    NoSuchAct = InvalidValue,
        "没有这样的批量操作", "请从下面的按钮里选。", in "act";
    NoSuchTable = NotFound,
        "没有这个统计表", "请从统计页面导出。";

    // The public page of a case's progress.
    ProgressUnknown = NotFound,
        "没有查到", "编号和证件号码后四位对不上。请对照凭条和证件再填一次。";
    ProgressDigits { digits: usize } = InvalidValue,
        "编号填得不对：应有 {digits} 位数字", "请对照凭条再填一次。", in "receipt";
    ProgressMisread = InvalidValue,
        "编号填得不对", "有一位数字写错了，请对照凭条再填一次。", in "receipt";
    ProgressTries { wait: Wait } = TooManyTries,
        "试的次数太多了", "请 {wait} 分钟后再试，或到大厅自助终端刷身份证查看。", after wait.0;
    ProgressOld = StalePage,
        "页面放得太久了", "请重新填写编号和后四位。";
    RatingLevel = InvalidValue,
        "请选一项", "五项里选一项再提交。", in "level";
    RatingEarly = WrongState,
        "现在还不能评价", "领取结果后再来。";
    FormUnreadable = MalformedBody,
        "填写的内容读不出", "请再填一次。";

    // Requests as such.
    NothingHere = NotFound,
        "没有找到", "可能地址不对，或它属于别的窗口。";
    WrongMethod = MethodNotAllowed,
        "这个地址不接受这种请求", "`Allow` 里写着可以用哪些。";
    WrongWay = MethodNotAllowed,
        "这个地址不能这样打开", "请从页面上的链接和按钮进入。";
    UnknownVersion = UnknownVersion,
        "本服务器只支持 /kiosk/v1", "请检查 kiosk.toml 的 [backend] url（写到 /kiosk 之前为止），或更新服务器。";
    ForeignForm = CsrfMismatch,
        "页面太旧，没有执行", "请回到页面重新打开后再按一次。";
    FormBroken { cause: String } = MalformedBody,
        "表单内容读不出", "请回到页面重新填写。";
    FormLarge = BodyTooLarge,
        "表单内容太长", "请回到页面，写短一些。";
    NoMultipart { cause: String } = MalformedBody,
        "请求内容不是带 `file` 的 multipart/form-data", "请见 /api/openapi.json。";
    BodyTorn = MalformedBody,
        "请求内容没有收完", "请再发一次。";
    BodyLarge { most: usize } = BodyTooLarge,
        "请求内容超过 {most} 字节", "请一次少发一些。";
    BodyNotJson { cause: String, line: usize, column: usize } = MalformedBody,
        "请求内容不是这个地址要的 JSON：{cause}", "要什么见 docs/wire.md。", in format!("line {line} column {column}");
    NotWhole { name: String } = InvalidValue,
        "`{name}` 不是整数", "见 docs/wire.md。", in name.clone();
    QueryWhole { name: String } = InvalidValue,
        "不是整数", "见 /api/openapi.json。", in name.clone();
    QueryView = InvalidValue,
        "`view` 是 new、work、waiting、mine、attention、all 之一", "见 /api/openapi.json。", in "view";
    QueryDays = InvalidValue,
        "`days` 是 7、30、90 之一", "见 /api/openapi.json。", in "days";
    QueryPart = InvalidValue,
        "`part` 不是会办的标识", "见 /api/openapi.json。", in "part";
    NoReports = NotFound,
        "本大厅不收短信回执", "见 operations.md 的 [sms.report]。";
    ReportUnproven = TokenSignature,
        "回执不能证明来自短信网关", "请对照网关的密钥和 [sms.report] secret_file。";
    ReportMisread = MalformedBody,
        "回执和 [sms.report] 写的不一样", "请对照一份回执和 [sms.report] 的 list、out_id、state。";
}

impl Reason {
    /// What happened and what to do, in a language.
    pub fn said(&self, language: Language) -> (String, String) {
        let parameters = self.parameters();
        let [title, advice] = self.sentences().map(|sentence| fill(sentence, &parameters, language));
        (title, advice)
    }

    /// As a problem document says it: in English, with what programs read in `detail` where docs/wire.md promises it.
    pub fn problem(&self) -> Problem {
        let (title, detail) = self.for_programs().unwrap_or_else(|| self.said(Language::En));
        let problem = Problem::new(self.code(), title).detail(detail);
        match self.field() {
            Some(field) => problem.field(field),
            None => problem,
        }
    }

    /// Title and detail where a document tells a value, and a page more than that.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are said as pages say them")]
    fn for_programs(&self) -> Option<(String, String)> {
        let (title, detail) = match self {
            Self::BeingCollected { name } => ("Someone else is collecting this".to_owned(), name.clone()),
            Self::BeingLoaded { name } => ("Someone else is putting the result in".to_owned(), name.clone()),
            Self::CaseClaimed { name } => ("Someone else is working on this case".to_owned(), name.clone()),
            Self::ProviderSubject { subject } => (self.said(Language::En).0, subject.clone()),
            Self::ProviderUntrusted { flaw } => {
                (self.said(Language::En).0, format!("Try again; if it stays, tell the administrator this: {flaw}"))
            }
            Self::ProgressDigits { digits } => {
                (format!("a receipt number has {digits} digits"), self.said(Language::En).1)
            }
            Self::ProgressMisread => {
                let title = "the receipt number's check digits do not match; compare it with the receipt";
                (title.to_owned(), self.said(Language::En).1)
            }
            Self::FieldsWrong { each, .. } => (self.said(Language::En).0, each.clone()),
            Self::FormBroken { cause } | Self::NoMultipart { cause } => (self.said(Language::En).0, cause.clone()),
            _ => return None,
        };
        Some((title, detail))
    }
}

/// Within another one it is what happened.
impl Said for Box<Reason> {
    fn said(&self, language: Language) -> String {
        Reason::said(self, language).0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Who reads it is told the same of both.
    const ALIKE: &[[&str; 2]] = &[];

    #[test]
    fn no_two_reasons_say_the_same() {
        let mut said: HashMap<[&str; 2], &str> = HashMap::new();
        for (name, sentences) in ALL {
            if let Some(other) = said.insert(sentences.map(|sentence| sentence.zh), name) {
                assert!(ALIKE.contains(&[other, name]), "{other} and {name} say the same");
            }
        }
    }

    #[test]
    fn every_reason_is_said_in_both_languages() {
        let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for (name, [title, advice]) in ALL {
            assert!(is_chinese(title.zh) && (is_chinese(advice.zh) || advice.zh == "{flaws}"), "{name}");
            // The one Chinese word in English sentences is the name of a button.
            assert!(![title, advice].iter().any(|text| is_chinese(&text.en.replace("已取出", ""))), "{name}");
        }
    }

    #[test]
    fn code_field_wait_and_words_follow_from_the_reason() {
        let tries = Reason::PasswordTries { wait: Wait(61) };
        assert_eq!((tries.code(), tries.retry_after_s(), tries.field()), (Code::TooManyTries, Some(61), None));
        assert_eq!(tries.said(Language::Zh).1, "请 2 分钟后再试，或请管理员帮忙。");
        let entry = Reason::EntryOutOfOrder { seq: 9, before: 7, n: 3 };
        assert_eq!(entry.field().as_deref(), Some("entries[3]"));
        assert_eq!(entry.said(Language::En).0, "Entry 9 does not follow entry 7");
        let step = Reason::NotYourStep { who: vec![Party::Approver, Party::Chief] };
        assert_eq!(step.said(Language::Zh).1, "什么也没有改变。这一步由这些岗位办：审批人、负责人");
        let moved = Reason::CaseMoved { why: Box::new(Reason::NotHeld) };
        assert!(moved.said(Language::Zh).1.ends_with("原因：您没有认领这个件"));
        assert!(moved.said(Language::En).1.ends_with("You do not hold this case"));
    }

    #[test]
    fn a_document_tells_the_name_that_a_page_has_in_its_sentence() {
        let claimed = Reason::CaseClaimed { name: "王敏".into() };
        assert_eq!(claimed.said(Language::Zh).0, "王敏 正在办这个件");
        let problem = claimed.problem();
        assert_eq!((problem.title.as_str(), problem.detail.as_str()), ("Someone else is working on this case", "王敏"));
        assert_eq!((problem.code, problem.status), (Code::CaseClaimed, 409));
    }
}
