//! Where each material is: no page says of the applicant what the applicant did not say.

use hall_domain::people::staff;
use hall_rules::Role;
use hall_rules::catalogue::{Catalogue, Material, Place};
use kiosk_wire::submission::MaterialLine;

use crate::steps::goes;
use outside::people::material;
use test_hall::{NAME, Office};

/// Words that were once said of materials that never go into a box.
const NEVER_SAID: [&str; 5] = ["没有带", "申请人说没", "not brought", "✗", "没带"];

#[track_caller]
fn says_nothing_untrue(page: &str) {
    for words in NEVER_SAID {
        assert!(!page.contains(words), "{words}: {page}");
    }
}

#[test]
fn every_material_of_every_item_is_said_to_be_where_the_catalogue_puts_it() {
    let mut hall = Office::open();
    let (_, body) = hall.app.catalogue().expect("a catalogue");
    let catalogue: Catalogue = serde_json::from_str(&body).expect("a catalogue");
    let departments = catalogue.departments.iter().map(|department| department.code.clone());
    let with_window = ["culture", "education", "urban", "police"];
    let others = departments.filter(|code| !with_window.contains(&code.as_str())).collect();
    staff::add_window(&hall.app, "1号窗口", None, others).expect("a window");
    for (name, window) in [("周明", "1号窗口"), ("孙莉", "7号窗口"), ("钱进", "9号窗口")] {
        hall.hire_at(name, window, Role::Clerk);
    }
    for (no, item) in (1..).zip(&catalogue.items) {
        let all: Vec<&Material> = item.materials.iter().chain(&catalogue.general_materials).collect();
        let lines = all.iter().map(|material| MaterialLine::handed_in(material)).collect();
        let id = hall.deposit_of(no, NAME, true, (&item.code, &item.department), lines);
        let clerk = match item.department.as_str() {
            "culture" => "王敏",
            "education" => "赵燕",
            "urban" => "孙莉",
            "police" => "钱进",
            _ => "周明",
        };
        let page = hall.signed_in(clerk).get(&format!("/cases/{id}")).body;
        says_nothing_untrue(&page);
        for (place, code) in [(Place::Box, "box"), (Place::Electronic, "electronic"), (Place::Shown, "shown")] {
            let expected = all.iter().filter(|material| material.place() == place).count();
            let shown = page.matches(&format!("data-place=\"{code}\"")).count();
            assert_eq!(shown, expected, "{} {code}: {page}", item.code);
        }
    }
}

/// What the catalogue has in English is said in English to who reads it; what the window calls otherwise than the
/// applicant's terminal did, and what the catalogue never had, keeps the name it came with.
#[test]
fn materials_have_their_english_names() {
    let mut hall = Office::open();
    let (_, body) = hall.app.catalogue().expect("a catalogue");
    let catalogue: Catalogue = serde_json::from_str(&body).expect("a catalogue");
    let item = catalogue.items.iter().find(|item| item.department == "culture").expect("an item of 王敏's window");
    let all: Vec<&Material> = item.materials.iter().chain(&catalogue.general_materials).collect();
    let mut lines: Vec<MaterialLine> = all.iter().map(|material| MaterialLine::handed_in(material)).collect();
    lines.push(MaterialLine { name: "另一种表".into(), ..MaterialLine::handed_in(all[0]) });
    lines.push(material("旧证", false));
    let id = hall.deposit_of(1, NAME, true, (&item.code, &item.department), lines);
    let mut clerk = hall.signed_in("王敏");
    let case = format!("/cases/{id}");
    let chinese = clerk.get(&case).body;
    assert_eq!(clerk.post("/language", &[("lang", "en"), ("back", &case)]).location(), case);
    let english = clerk.get(&case).body;
    for material in &all {
        let cell = |name: &str| format!("<tr><td>{}", name.replace('&', "&#38;").replace('\'', "&#39;"));
        assert!(chinese.contains(&cell(&material.name.zh)), "{}: {chinese}", material.name.zh);
        assert!(english.contains(&cell(&material.name.en)), "{}: {english}", material.name.en);
    }
    for same in ["<tr><td>另一种表", "<tr><td>旧证"] {
        assert!(chinese.contains(same) && english.contains(same), "{same}");
    }
}

#[test]
fn case_review_and_joint_page_say_how_a_material_comes() {
    let mut hall = Office::open();
    for (window, name) in [("7号窗口", "孙莉"), ("9号窗口", "钱进")] {
        hall.hire_at(name, window, Role::Clerk);
    }
    let elsewhere =
        |code: &str, name: &str| MaterialLine { code: code.into(), brought: false, ..material(name, false) };
    let lines = vec![
        material("挖掘申请表", false),
        elsewhere("organisation-licence", "营业执照"),
        // Of a catalogue that this backend never had.
        elsewhere("of-long-ago", "旧证"),
    ];
    let id = hall.deposit_of(7, NAME, true, ("road-excavation", "urban"), lines);
    hall.open_and_shut(id, 7, "孙莉");
    let case = format!("/cases/{id}");
    let mut clerk = hall.signed_in("孙莉");
    let all_said = |page: &str| {
        says_nothing_untrue(page);
        assert!(page.contains("电子材料，不放柜") && page.contains("不在柜里"), "{page}");
    };
    let page = clerk.get(&case).body;
    all_said(&page);
    assert!(page.contains("✓ 申请人已放入柜"), "{page}");
    assert_eq!(clerk.post(&format!("{case}/affirm-empty"), &[]).location(), case);
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    let page = clerk.get(&case).body;
    all_said(page.split_once("id=\"review\"").expect("the review").1.split("</form>").next().unwrap_or_default());
    let fine = [("materials", "3"), ("verdict-0", "fine"), ("verdict-1", "fine"), ("verdict-2", "fine")];
    goes(&mut clerk, &case, "accepted", &fine, "accepted");
    all_said(&clerk.get(&case).body);
    goes(&mut clerk, &case, "work_started", &[], "in_progress");
    goes(&mut clerk, &case, "joint_started", &[], "joint_review");
    let mut police = hall.signed_in("钱进");
    let tab = police.get("/inbox?show=joint").body;
    let (_, part) = tab.split_once("id=\"part-").expect("a part to answer");
    let part = part.split('"').next().expect("its id");
    all_said(&police.get(&format!("/joint/{part}")).body);
}
