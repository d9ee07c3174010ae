//! Bad files: each flaw has the right file, line and field, says what to do, and hides no other.

use hall_rules::load::Flaw;
use hall_rules::{Calendar, Catalogue};

const HALL: &str = r#"version = 1

[[department]]
code = "market"
name = "市场监督管理局"

[[theme]]
code = "business"
name = "开店办企业"

[[field_group]]
code = "person"
name = "通用个人"

[[field_group.field]]
code = "phone"
label = "手机"
kind = "phone"
asked_at = "paper"
mark = "M"

[[general_material]]
code = "mandate"
name = "授权委托书"
originals = 1
form = "paper"
necessity = "required"
origin = "自备"
when = { acting_for = ["another_person"] }
mark = "S"
"#;

const ITEM: &str = r#"code = "shop"
version = 1
name = { zh = "个体工商户登记", en = "Shop" }
department = "market"
department_mark = "S"
themes = ["business"]
kind = "permit"
kind_mark = "S"
case_kind = "immediate"
case_kind_mark = "M"
applicants = ["person"]
sources = ["条例"]
field_groups = ["person"]
fee = { zh = "不收费", mark = "M" }
result = { zh = "营业执照", mark = "S" }
basis = { zh = "条例", mark = "S" }
[[legal_limit]]
value = 3
unit = "working_day"
starts = "acceptance"
mark = "S"
[[promised_limit]]
unit = "on_the_spot"
starts = "acceptance"
mark = "M"
[[condition]]
zh = "实名"
mark = "S"
[[situation]]
code = "q1"
question = "办什么"
options = [{ code = "a", zh = "设立" }, { code = "b", zh = "注销" }]
mark = "M"
[[material]]
code = "form"
name = "申请书"
originals = 1
form = "paper"
necessity = "required"
origin = "自备"
when = { q1 = ["a"] }
mark = "S"
[[field]]
code = "name"
label = "字号"
kind = "text"
asked_at = "paper"
mark = "M"
"#;

fn flaws(files: &[(&str, &str)]) -> Vec<Flaw> {
    match Catalogue::from_files(files) {
        Ok(_) => Vec::new(),
        Err(flaws) => flaws.0,
    }
}

/// Replaces `from`, which must be there once, in the good item; expects one flaw.
#[track_caller]
fn one(from: &str, to: &str) -> Flaw {
    assert_eq!(ITEM.matches(from).count(), 1, "{from}");
    let bad = ITEM.replace(from, to);
    let mut found = flaws(&[("hall.toml", HALL), ("items/shop.toml", &bad)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[test]
fn the_good_one_is_good() {
    assert_eq!(flaws(&[("hall.toml", HALL), ("items/shop.toml", ITEM)]), []);
}

#[test]
fn each_flaw_names_line_and_field_and_says_what_to_do() {
    for (from, to, line, field, what) in [
        (
            "department = \"market\"",
            "department = \"tax\"",
            4,
            "department",
            "hall.toml has no department \"tax\"; write \"market\"",
        ),
        (
            "themes = [\"business\"]",
            "themes = [\"farming\"]",
            6,
            "themes",
            "hall.toml has no \"farming\"; write \"business\"",
        ),
        ("themes = [\"business\"]", "themes = []", 6, "themes", "name at least one theme"),
        ("field_groups = [\"person\"]", "field_groups = [\"firm\"]", 13, "field_groups", "hall.toml has no \"firm\""),
        (
            "when = { q1 = [\"a\"] }",
            "when = { q2 = [\"a\"] }",
            41,
            "material[0].when.q2",
            "there is no question \"q2\" here",
        ),
        (
            "when = { q1 = [\"a\"] }",
            "when = { q1 = [\"z\"] }",
            41,
            "material[0].when.q1",
            "\"z\" is no option of it; write \"a\" or \"b\"",
        ),
        ("when = { q1 = [\"a\"] }", "when = { q1 = [] }", 41, "material[0].when.q1", "an empty list is never met"),
        ("kind = \"permit\"", "kind = \"permission\"", 7, "kind", "\"permission\" is not known here; write \"permit\""),
        ("version = 1", "version = 0", 2, "version", "this must be 1 to"),
        ("version = 1", "version = \"1\"", 2, "version", "write a whole number here, not a string"),
        ("sources = [\"条例\"]", "sources = [\"条例\"]\ncolour = \"red\"", 13, "colour", "this key is not known here"),
        ("originals = 1\n", "", 34, "material[0].originals", "neither originals nor copies"),
        ("zh = \"实名\"", "zh = \" \"", 27, "condition[0].zh", "this text is empty"),
        ("code = \"b\", zh", "code = \"a\", zh", 32, "situation[0].options[1].code", "\"a\" is used above already"),
        (
            "zh = \"注销\" }",
            "zh = \"注销\", age = \"80\" }",
            32,
            "situation[0].options[1].age",
            "ages are written \"80-89\" or \"100+\"",
        ),
        ("code = \"name\"", "code = \"phone\"", 44, "field[0].code", "\"phone\" is used above already"),
        ("code = \"form\"", "code = \"mandate\"", 0, "material", "the code of a general material"),
        ("code = \"shop\"", "code = \"Shop 1\"", 1, "code", "lower-case letters, digits"),
        (
            "unit = \"on_the_spot\"",
            "value = 2\nunit = \"on_the_spot\"",
            23,
            "promised_limit[0].value",
            "this unit has no number",
        ),
        ("value = 3\n", "", 17, "legal_limit[0].value", "say how many days"),
        (
            "fee = { zh = \"不收费\", mark = \"M\" }",
            "fee = { zh = \"不收费\" }",
            14,
            "fee.mark",
            "this is missing; add `mark = \"S\"`",
        ),
        ("kind_mark = \"S\"\ncase", "kind_mark = \"C\"\ncase", 0, "confirmed", "a mark is \"C\""),
        (
            "[[field]]",
            "[[assisting]]\ndepartment = \"police\"\ndays = 3\nmark = \"M\"\n[[field]]",
            44,
            "assisting[0].department",
            "hall.toml has no department \"police\"; write \"market\"",
        ),
        (
            "[[field]]",
            "[[assisting]]\ndepartment = \"market\"\ndays = 3\nmark = \"M\"\n[[field]]",
            44,
            "assisting[0].department",
            "this department leads",
        ),
        (
            "sources = [\"条例\"]",
            "sources = [\"条例\"]\njoint_limit = true",
            13,
            "joint_limit",
            "nobody else takes part",
        ),
        (
            "sources = [\"条例\"]",
            "sources = [\"条例\"]\ngreen_days = 2",
            13,
            "green_days",
            "no shorter than the 0 days",
        ),
    ] {
        let flaw = one(from, to);
        assert_eq!(flaw.file, "items/shop.toml");
        assert_eq!(flaw.field, field, "{flaw}");
        assert!(flaw.what.en.contains(what), "{flaw}");
        if line > 0 {
            assert_eq!(flaw.line, line, "{flaw}");
        }
    }
}

#[test]
fn all_flaws_are_told_at_once() {
    let bad =
        ITEM.replace("department = \"market\"", "department = \"tax\"").replace("kind = \"text\"", "kind = \"txt\"");
    let found = flaws(&[("hall.toml", HALL), ("shop.toml", &bad)]);
    let lines: Vec<usize> = found.iter().map(|flaw| flaw.line).collect();
    assert_eq!(lines, [4, 46], "{found:#?}");
    let text = Catalogue::from_files(&[("hall.toml", HALL), ("shop.toml", &bad)]).map(drop).unwrap_err().to_string();
    assert!(text.starts_with("shop.toml:4: department: hall.toml has no department"), "{text}");
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn a_code_used_twice_names_the_other_file() {
    let found = flaws(&[("hall.toml", HALL), ("a.toml", ITEM), ("b.toml", ITEM)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].file.as_str(), found[0].line, found[0].field.as_str()), ("b.toml", 1, "code"));
    assert!(found[0].what.en.contains("a.toml"));
}

#[test]
fn what_is_no_toml_says_where() {
    let found = flaws(&[("hall.toml", HALL), ("a.toml", "code = \"a\"\nname = \n")]);
    assert_eq!((found[0].file.as_str(), found[0].line), ("a.toml", 2), "{found:?}");
    assert!(found[0].what.en.contains("not TOML"));
}

#[test]
fn hall_file_missing_doubled_or_alone() {
    assert!(flaws(&[("a.toml", ITEM)])[0].what.en.contains("missing"));
    assert!(flaws(&[("hall.toml", HALL), ("x/hall.toml", HALL), ("a.toml", ITEM)])[0].what.en.contains("keep one"));
    assert!(flaws(&[("hall.toml", HALL)])[0].what.en.contains("at least one item"));
    let none: [(&str, &str); 0] = [];
    assert_eq!(flaws(&none).len(), 1);
}

#[test]
fn too_many_fields_at_the_terminal() {
    let field = |n: usize| {
        format!(
            "[[field]]\ncode = \"f{n}\"\nlabel = \"字段\"\nkind = \"date\"\nasked_at = \"terminal\"\nmark = \"M\"\n"
        )
    };
    let bad = format!("{ITEM}{}", (0..4).map(field).collect::<String>());
    let found = flaws(&[("hall.toml", HALL), ("a.toml", &bad)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].what.en.contains("3 at most"));
}

#[test]
fn bad_calendars() {
    let good = "year = 2026\nsource = \"通知\"\n[[holiday]]\nname = \"元旦\"\nfrom = 2026-01-01\nto = 2026-01-03\n\
                makeup_workdays = [2026-01-04]\n";
    assert!(Calendar::from_files(&[("2026.toml", good)]).is_ok());
    for (from, to, line, field) in [
        ("2026-01-04", "2026-01-05", 7, "holiday[0].makeup_workdays"),
        ("2026-01-04", "2027-01-03", 7, "holiday[0].makeup_workdays"),
        ("to = 2026-01-03", "to = 2025-12-31", 5, "holiday[0].from"),
        ("to = 2026-01-03", "to = \"2026-01-03\"", 6, "holiday[0].to"),
        ("from = 2026-01-01", "from = 2026-01-04", 6, "holiday[0].to"),
        ("name = \"元旦\"", "nom = \"元旦\"", 3, "holiday[0].name"),
        ("year = 2026", "year = 26", 1, "year"),
        ("year = 2026", "year = \"2026\"", 1, "year"),
        ("source = \"通知\"", "source = \"\"", 2, "source"),
        ("source = \"通知\"", "source = \" 通知\"", 2, "source"),
        ("makeup_workdays = [2026-01-04]", "makeup_workdays = 2026-01-04", 7, "holiday[0].makeup_workdays"),
        ("makeup_workdays = [2026-01-04]", "makeup_workdays = [2026-01-03]", 3, "holiday"),
        ("[2026-01-04]", "[2026-01-04, 2026-01-04]", 7, "holiday[0].makeup_workdays"),
        ("[2026-01-04]", "[2026-01-04", 7, ""),
    ] {
        let bad = good.replace(from, to);
        let flaws = Calendar::from_files(&[("2026.toml", &bad)]).unwrap_err().0;
        assert!(flaws.iter().any(|flaw| flaw.line == line && flaw.field == field), "{from} → {to}: {flaws:#?}");
        // A page shows them to people who read Chinese.
        assert!(flaws.iter().all(|flaw| flaw.what.zh != flaw.what.en && !flaw.what.zh.is_empty()), "{flaws:#?}");
    }
    let twice = Calendar::from_files(&[("a.toml", good), ("b.toml", good)]).unwrap_err();
    assert!(twice.to_string().contains("b.toml:1: year: the year 2026 is in another file too"), "{twice}");
}

#[test]
fn each_flaw_of_an_assisting_department_is_named() {
    let hall = HALL.replace("[[theme]]", "[[department]]\ncode = \"police\"\nname = \"公安局\"\n\n[[theme]]");
    let asked = |text: &str| format!("{ITEM}[[assisting]]\n{text}\nmark = \"M\"\n");
    let good = asked("department = \"police\"\ndays = 3\nwhen = { q1 = [\"a\"] }");
    assert_eq!(flaws(&[("hall.toml", &hall), ("shop.toml", &good)]), []);
    for (text, field, what) in [
        ("department = \"police\"", "assisting[0].days", "this is missing; add `days = 1`"),
        ("department = \"police\"\ndays = 0", "assisting[0].days", "this must be 1 to 199"),
        ("days = 3", "assisting[0].department", "this is missing"),
        ("department = \"police\"\ndays = 3\nwhen = { q1 = [\"z\"] }", "assisting[0].when.q1", "is no option of it"),
        ("department = \"police\"\ndays = 3\nhours = 2", "assisting[0].hours", "this key is not known here"),
        (
            "department = \"police\"\ndays = 3\nmark = \"M\"\n[[assisting]]\ndepartment = \"police\"\ndays = 5",
            "assisting[1].department",
            "is asked above already",
        ),
    ] {
        let found = flaws(&[("hall.toml", &hall), ("shop.toml", &asked(text))]);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!((found[0].file.as_str(), found[0].field.as_str()), ("shop.toml", field), "{text}");
        assert!(found[0].what.en.contains(what) && found[0].line > 40, "{}", found[0]);
    }
}
