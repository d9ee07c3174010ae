//! A large catalogue for tests and benches: as many items as a city has (2,340 were published in Yichun), with names,
//! questions and materials of the usual shapes. It is made up, marked unconfirmed throughout, and always the same for
//! the same number.

use crate::catalogue::{
    ApplicantKind, CaseKind, Catalogue, Choice, Department, Field, FieldKind, ItemKind, Limit, LimitStart, LimitUnit,
    Mark, Material, MaterialForm, Necessity, ServiceItem, Situation, SizeHint, Statement, Theme, When,
};
use crate::text::Text;

/// Departments: code, name, and what they deal with.
const DEPARTMENTS: &[(&str, &str, &str, &[&str])] = &[
    (
        "culture",
        "文化广电旅游局",
        "culture",
        &["营业性演出", "娱乐场所", "艺术品经营", "旅行社", "广播电视设施", "文物保护工程", "导游", "考级机构"],
    ),
    (
        "urban",
        "城市管理局",
        "construction",
        &["城市道路挖掘", "户外广告", "建筑垃圾", "占道经营", "城市绿地", "环卫设施", "燃气设施", "供水工程"],
    ),
    (
        "housing",
        "住房和城乡建设局",
        "construction",
        &["商品房预售", "建筑施工", "房地产开发", "物业维修资金", "公租房", "污水排放", "消防设计", "房屋租赁"],
    ),
    (
        "market",
        "市场监督管理局",
        "business",
        &["个体工商户", "有限责任公司", "食品经营", "药品零售", "特种设备", "计量器具", "广告发布", "股权出质"],
    ),
    (
        "health",
        "卫生健康委员会",
        "family",
        &["公共场所卫生", "医疗机构", "医师执业", "护士执业", "生育", "放射诊疗", "饮用水卫生", "母婴保健"],
    ),
    (
        "labour",
        "人力资源和社会保障局",
        "insurance",
        &["劳务派遣", "社会保障卡", "养老保险", "失业保险", "工伤认定", "职业资格", "就业困难人员", "企业年金"],
    ),
    (
        "civil",
        "民政局",
        "family",
        &["高龄津贴", "社会团体", "民办非企业单位", "收养", "最低生活保障", "殡葬设施", "慈善组织", "婚姻"],
    ),
    (
        "police",
        "公安局",
        "documents",
        &["居住证", "机动车驾驶证", "大型群众性活动", "户口迁移", "出入境证件", "剧毒化学品", "保安服务", "印章刻制"],
    ),
    (
        "transport",
        "交通运输局",
        "documents",
        &["道路货物运输", "出租汽车", "超限运输", "公路占用", "港口经营", "机动车维修", "船舶营运", "驾驶培训"],
    ),
    (
        "land",
        "自然资源局",
        "home",
        &["不动产", "建设用地", "采矿", "林木采伐", "建设工程规划", "土地使用权", "测绘成果", "抵押权"],
    ),
    (
        "medical",
        "医疗保障局",
        "insurance",
        &["异地就医", "医疗费用", "生育津贴", "门诊慢特病", "定点药店", "职工医保", "居民医保", "医疗救助"],
    ),
    (
        "agriculture",
        "农业农村局",
        "farming",
        &["农药经营", "动物防疫", "种子生产", "兽药经营", "渔业捕捞", "农机驾驶", "生鲜乳收购", "宅基地"],
    ),
    (
        "education",
        "教育体育局",
        "culture",
        &["教师资格", "民办学校", "校车使用", "高危险性体育项目", "学生资助", "幼儿园", "学籍", "培训机构"],
    ),
];

const THEMES: &[(&str, &str)] = &[
    ("business", "开店办企业"),
    ("construction", "工程与市政"),
    ("culture", "文化教育"),
    ("insurance", "社保医保"),
    ("documents", "证件与交通"),
    ("home", "住房与税务"),
    ("family", "生育养老助残"),
    ("farming", "农业养殖"),
];

/// What is done: ending of the name and kind of item.
const ACTIONS: &[(&str, ItemKind)] = &[
    ("设立许可", ItemKind::Permit),
    ("变更登记", ItemKind::Permit),
    ("注销登记", ItemKind::Permit),
    ("延续审批", ItemKind::Permit),
    ("备案", ItemKind::PublicService),
    ("资格认定", ItemKind::Confirmation),
    ("补助申领", ItemKind::Benefit),
    ("证书换发", ItemKind::Confirmation),
    ("年度核验", ItemKind::OtherPower),
    ("信息查询", ItemKind::PublicService),
];

/// For whom or where: middle of the name.
const SCOPES: &[&str] = &[
    "",
    "企业",
    "个人",
    "乡镇",
    "农村",
    "外资",
    "临时",
    "跨区域",
    "首次",
    "未成年人",
    "小型",
    "重点行业",
    "园区",
    "社区",
    "涉外",
    "网络",
    "老旧小区",
    "高层次人才",
    "残疾人",
    "退役军人",
    "合作社",
    "市级",
    "灵活就业人员",
];

const MATERIALS: &[(&str, &str, MaterialForm, Necessity)] = &[
    ("form", "申请表", MaterialForm::Paper, Necessity::Required),
    ("id", "身份证明", MaterialForm::PaperOrElectronic, Necessity::Required),
    ("licence", "营业执照", MaterialForm::Electronic, Necessity::Deferrable),
    ("premises", "场所使用证明", MaterialForm::Paper, Necessity::Required),
    ("plan", "平面图和工作方案", MaterialForm::PaperAndElectronic, Necessity::Required),
    ("old", "原证书", MaterialForm::Physical, Necessity::Required),
    ("report", "检测或评价报告", MaterialForm::Paper, Necessity::Deferrable),
    ("pledge", "承诺书", MaterialForm::Paper, Necessity::Required),
];

/// A catalogue of `count` items.
pub fn generate(count: usize) -> Catalogue {
    Catalogue {
        version: 1,
        departments: DEPARTMENTS
            .iter()
            .map(|(code, name, ..)| Department { code: (*code).to_owned(), name: Text::zh(*name) })
            .collect(),
        themes: THEMES
            .iter()
            .map(|(code, name)| Theme {
                code: (*code).to_owned(),
                name: Text::zh(*name),
                plain: Text::default(),
                icon: (*code).to_owned(),
            })
            .collect(),
        items: (0..count).map(item).collect(),
        ..Catalogue::default()
    }
}

/// Item `n`. Department, matter, action and scope turn like the wheels of a counter, so that names differ; a number is
/// added once they have all turned.
fn item(n: usize) -> ServiceItem {
    let (code, _, theme, matters) = DEPARTMENTS[n % DEPARTMENTS.len()];
    let turn = n / DEPARTMENTS.len();
    let matter = matters[turn % matters.len()];
    let turn = turn / matters.len();
    let (action, kind) = ACTIONS[turn % ACTIONS.len()];
    let turn = turn / ACTIONS.len();
    let scope = SCOPES[turn % SCOPES.len()];
    let round = turn / SCOPES.len();
    let number = if round == 0 { String::new() } else { format!("（{}类）", round + 1) };
    let situations = situations(n);
    ServiceItem {
        code: format!("generated-{n}"),
        version: 1,
        name: Text::new(format!("{scope}{matter}{action}{number}"), format!("Generated item {n}")),
        plain: Text::zh(format!("办理{matter}的{action}")),
        department: code.to_owned(),
        department_mark: Mark::Unconfirmed,
        themes: vec![theme.to_owned()],
        kind,
        kind_mark: Mark::Unconfirmed,
        case_kind: if n.is_multiple_of(3) { CaseKind::Immediate } else { CaseKind::Promised },
        case_kind_mark: Mark::Unconfirmed,
        applicants: vec![ApplicantKind::Person, ApplicantKind::Organisation],
        applicants_note: Statement::default(),
        legal_limits: vec![limit(20)],
        promised_limits: vec![limit(1 + u16::try_from(n % 7).unwrap_or(0))],
        conditions: vec![statement(format!("符合{matter}管理的有关规定")), statement("材料真实、齐全")],
        materials: materials(n, !situations.is_empty()),
        situations,
        without_general: Vec::new(),
        field_groups: Vec::new(),
        fields: vec![
            field("applicant_address", "通讯地址", FieldKind::Text),
            field("since", "起始日期", FieldKind::Date),
        ],
        fee: statement("不收费"),
        result: statement(format!("{matter}{action}结果文书")),
        joint: None,
        assisting: Vec::new(),
        joint_limit: false,
        green_days: None,
        basis: statement("样例数据"),
        sources: vec!["生成的样例".to_owned()],
        notes: Vec::new(),
        keywords: vec![matter.to_owned()],
        needs_box: true,
        size_hint: [SizeHint::Envelope, SizeHint::A4, SizeHint::Large][n % 3],
        usage_rank: 0,
        confirmed: String::new(),
    }
}

fn statement(zh: impl Into<String>) -> Statement {
    Statement { text: Text::zh(zh), mark: Mark::Unconfirmed, mark_note: String::new() }
}

fn limit(value: u16) -> Limit {
    Limit {
        value,
        unit: LimitUnit::WorkingDay,
        starts: LimitStart::Acceptance,
        when: When::default(),
        mark: Mark::Unconfirmed,
        mark_note: String::new(),
    }
}

fn field(code: &str, label: &str, kind: FieldKind) -> Field {
    Field {
        code: code.to_owned(),
        label: Text::zh(label),
        kind,
        required: true,
        asked_at: crate::catalogue::AskedAt::Paper,
        options: Vec::new(),
        multiple: false,
        when: When::default(),
        mark: Mark::Unconfirmed,
    }
}

/// Two of three items ask something.
fn situations(n: usize) -> Vec<Situation> {
    if n.is_multiple_of(3) {
        return Vec::new();
    }
    let option = |code: &str, zh: &str, en: &str| Choice {
        code: code.into(),
        label: Text::new(zh, en),
        leads_out: None,
        age: None,
    };
    let situation = |code: &str, question: Text, options| Situation {
        code: code.into(),
        question,
        options,
        when: When::default(),
        multiple: false,
        mark: Mark::Unconfirmed,
        mark_note: String::new(),
    };
    let mut situations = vec![situation(
        "q1",
        Text::new("办什么?", "What do you want to do?"),
        vec![option("a", "新办", "New"), option("b", "变更", "Change"), option("c", "延续", "Renew")],
    )];
    if n % 3 == 2 {
        let options = vec![option("a", "自有", "Own"), option("b", "租赁", "Rented")];
        situations.push(situation("q2", Text::new("场所来源?", "Whose premises?"), options));
    }
    situations
}

/// Form and identity always, and three of the others; the old certificate only for a change or renewal.
fn materials(n: usize, asks: bool) -> Vec<Material> {
    let more = (0..3).map(|k| 2 + (n + k * 2) % (MATERIALS.len() - 2));
    let mut picked: Vec<usize> = [0, 1].into_iter().chain(more).collect();
    picked.sort_unstable();
    picked.dedup();
    picked
        .into_iter()
        .map(|at| {
            let (code, name, form, necessity) = MATERIALS[at];
            let mut when = When::default();
            if asks && code == "old" {
                when.0.insert("q1".into(), vec!["b".into(), "c".into()]);
            }
            Material {
                code: code.to_owned(),
                name: Text::zh(name),
                originals: u8::from(code != "id" && code != "licence"),
                copies: u8::from(code == "id" || code == "licence"),
                form,
                necessity,
                origin: Text::zh("自备"),
                shown_only: false,
                when,
                only_if: Text::default(),
                mark: Mark::Unconfirmed,
                mark_note: String::new(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_citys_worth_of_different_items() {
        let catalogue = generate(2_340);
        assert_eq!(catalogue.items.len(), 2_340);
        let names: BTreeSet<&str> = catalogue.items.iter().map(|item| item.name.zh.as_str()).collect();
        assert_eq!(names.len(), 2_340);
        assert_eq!(catalogue, generate(2_340));
    }

    #[test]
    fn what_items_name_is_there() {
        let catalogue = generate(200);
        for item in &catalogue.items {
            assert!(catalogue.department(&item.department).is_some());
            assert!(item.themes.iter().all(|code| catalogue.themes.iter().any(|theme| theme.code == *code)));
            let codes: BTreeSet<&str> = item.materials.iter().map(|material| material.code.as_str()).collect();
            assert_eq!(codes.len(), item.materials.len());
        }
    }
}
