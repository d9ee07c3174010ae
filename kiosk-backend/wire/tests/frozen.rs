//! The bytes of every version that was ever shipped.
//!
//! If a test in this module fails, do not change the test. It means that a type which terminals in the field already
//! write was changed, renamed or removed; undo that, and add a new kind instead. A new kind or field adds a line here.
#![expect(clippy::unwrap_used, reason = "tests")]

use ed25519_dalek::SigningKey;
use kiosk_wire::entry::{Envelope, Fact, Header};
use kiosk_wire::kiosk_api::{
    DeviceReport, DirectivesAnswer, EnrolAnswer, EnrolRequest, Heartbeat, HeartbeatAnswer, JournalAnswer, JournalPush,
    PersonAnswer, PersonQuery, ProgressAnswer, ProgressQuery,
};
use kiosk_wire::signed::{Purpose, Signed, TokenClaims};
use kiosk_wire::{
    Code, Corrections, Directive, DirectiveOutcome, HallSettings, JournalId, Problem, ResultHolder, Roster, Submission,
    SubmissionId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const ID: &str = "01940000-0000-7000-8000-000000000001";
const OTHER: &str = "01940000-0000-7000-8000-000000000002";

/// Reads the frozen text, writes it again, and wants the same.
#[track_caller]
fn frozen<T: Serialize + DeserializeOwned>(text: &str) -> T {
    let text = text.replace("$ID", ID).replace("$OTHER", OTHER);
    let value: T = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("no longer read: {cause}\n{text}"));
    let written: Value = serde_json::to_value(&value).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(&text).unwrap(), "no longer written as it was");
    value
}

#[test]
fn facts_of_version_1() {
    for fact in [
        r#"{"kind":"journal_created","software":"0.1.0"}"#,
        r#"{"kind":"started","software":"0.1.0"}"#,
        r#"{"kind":"submission_prepared","submission":"$ID","receipt":"10101000000186","item":"x","item_version":1,"department":"culture"}"#,
        r#"{"kind":"deposit_intended","submission":"$ID","compartment":7}"#,
        r#"{"kind":"deposit_reopened","submission":"$ID","compartment":7}"#,
        r#"{"kind":"deposit_moved","submission":"$ID","from":7,"to":8,"why":"too_small"}"#,
        r#"{"kind":"deposit_moved","submission":"$ID","from":7,"to":8,"why":"door_stuck"}"#,
        r#"{"kind":"deposit_moved","submission":"$ID","from":7,"to":8,"why":"found_something"}"#,
        r#"{"kind":"deposited","submission":"$ID","compartment":7}"#,
        r#"{"kind":"deposit_unconfirmed","submission":"$ID","compartment":7,"why":"interrupted"}"#,
        r#"{"kind":"deposit_unconfirmed","submission":"$ID","compartment":7,"why":"opening_not_seen"}"#,
        r#"{"kind":"deposit_unconfirmed","submission":"$ID","compartment":7,"why":"line_lost"}"#,
        r#"{"kind":"deposit_voided","submission":"$ID","why":"no_door_opened"}"#,
        r#"{"kind":"deposit_voided","submission":"$ID","why":"taken_back"}"#,
        r#"{"kind":"collection_intended","submission":"$ID","compartment":7,"staff":"$OTHER","authority":{"by":"directive","directive":"$OTHER"}}"#,
        r#"{"kind":"collection_intended","submission":null,"compartment":7,"staff":"$OTHER","authority":{"by":"roster","generation":1,"version":2,"window":"$OTHER"}}"#,
        r#"{"kind":"collection_closed","submission":"$ID","compartment":7,"staff":"$OTHER","opening_seen":true}"#,
        r#"{"kind":"emptiness_affirmed","submission":null,"compartment":7,"staff":"$OTHER"}"#,
        r#"{"kind":"directive_answered","directive":"$OTHER","outcome":"armed"}"#,
        r#"{"kind":"staff_refused","staff":null,"why":"unknown_card"}"#,
        r#"{"kind":"staff_refused","staff":"$OTHER","why":"wrong_pin"}"#,
        r#"{"kind":"staff_refused","staff":"$OTHER","why":"locked"}"#,
        r#"{"kind":"staff_refused","staff":"$OTHER","why":"wrong_code"}"#,
        r#"{"kind":"staff_refused","staff":"$OTHER","why":"roster_expired"}"#,
        r#"{"kind":"compartment_set_aside","compartment":7,"why":"door_stuck","submission":"$ID"}"#,
        r#"{"kind":"compartment_set_aside","compartment":7,"why":"found_something","submission":null}"#,
        r#"{"kind":"compartment_set_aside","compartment":7,"why":"unconfirmed","submission":null}"#,
        r#"{"kind":"compartment_set_aside","compartment":7,"why":"forced","submission":null}"#,
        r#"{"kind":"compartment_set_aside","compartment":7,"why":"unknown","submission":null}"#,
        r#"{"kind":"compartment_returned","compartment":7,"staff":"$OTHER"}"#,
        r#"{"kind":"door_forced","compartment":7}"#,
        r#"{"kind":"rolled_back","backend_next":9}"#,
        r#"{"kind":"technician_opened","compartment":7,"reason":"lock replaced"}"#,
        r#"{"kind":"correction_prepared","submission":"$ID","receipt":"10101000000186","item":"x","department":"culture"}"#,
        r#"{"kind":"load_intended","submission":"$ID","receipt":"10101000000186","item":"x","department":"culture","compartment":7,"staff":"$OTHER","directive":"$OTHER"}"#,
        r#"{"kind":"result_loaded","submission":"$ID","compartment":7,"staff":"$OTHER"}"#,
        r#"{"kind":"load_voided","submission":"$ID","compartment":7,"staff":null,"maybe_opened":true}"#,
        r#"{"kind":"pickup_intended","submission":"$ID","compartment":7,"proof":"card"}"#,
        r#"{"kind":"pickup_intended","submission":"$ID","compartment":7,"proof":"card_and_code"}"#,
        r#"{"kind":"picked_up","submission":"$ID","compartment":7}"#,
        r#"{"kind":"pickup_affirmed","submission":"$ID","compartment":7}"#,
        r#"{"kind":"rated","submission":"$ID","level":5}"#,
    ] {
        let at = r#""at":{"wall_ms_utc":5,"boot_id":"$ID","mono_ms":6,"server_offset_ms":-7}"#;
        let header: Header = frozen(&format!(r#"{{"v":1,{at},{}"#, &fact[1..]));
        assert_ne!(header.fact, Fact::Unknown, "{fact}");
        assert_eq!(header.at.best_ms_utc(), -2);
    }
}

#[test]
fn outcomes_of_version_1() {
    for outcome in [
        "armed",
        "done",
        "expired",
        "old_generation",
        "no_longer_true",
        "no_such_compartment",
        "door_stuck",
        "line_down",
        "disarmed",
        "not_understood",
    ] {
        let read: DirectiveOutcome = frozen(&format!("{outcome:?}"));
        assert_ne!(read, DirectiveOutcome::Unknown);
    }
}

#[test]
fn a_kind_from_the_future_is_read_as_unknown() {
    let text =
        format!(r#"{{"v":9,"at":{{"wall_ms_utc":5,"boot_id":"{ID}","mono_ms":6}},"kind":"face_scanned","score":[1]}}"#);
    let header: Header = serde_json::from_str(&text).unwrap();
    assert_eq!(header.fact, Fact::Unknown);
}

#[test]
fn the_submission_of_version_1() {
    let submission: Submission = frozen(
        r#"{"salt":"00","applicant":{"name":"张三","document":"resident_number","number":"11010519491231002X",
        "sex":"male","birth_date":"1949-12-31","address":"北京","valid_until":"2030-01-01","assurance":"sam_verified"},
        "acting_for":"another_person","phone":"13812345678","situations":{"q1":"a"},"answers":{"start_date":"2026-12-01"},
        "materials":[{"code":"form","name":"申请表","originals":1,"copies":2,"deferrable":false,"brought":true}]}"#,
    );
    assert_eq!(submission.applicant.name.expose(), "张三");
    for (field, words) in [
        ("document", &["resident_number", "foreign_resident_old", "travel_document"][..]),
        ("assurance", &["read_only", "chip_verified", "sam_verified"]),
        ("signature", &["verified", "unverified", "failed"]),
    ] {
        for word in words {
            let mut applicant = serde_json::json!({
                "name": "a", "document": "resident_number", "number": "1", "assurance": "read_only",
            });
            applicant[field] = (*word).into();
            frozen::<kiosk_wire::submission::Applicant>(&applicant.to_string());
        }
    }
}

/// Since 0.4.0 an agent's organisation is told. What was written before has none, and is the same bytes still.
#[test]
fn the_submission_for_an_organisation() {
    for organisation in
        [r#"{"name":"宜春市幸福超市有限公司","code":"91330100799655058B"}"#, r#"{"name":"宜春市幸福超市有限公司"}"#]
    {
        let submission: Submission = frozen(&format!(
            r#"{{"salt":"00","applicant":{{"name":"张三","document":"resident_number","number":"11010519491231002X",
            "assurance":"sam_verified"}},"acting_for":"organisation","organisation":{organisation},"situations":{{}},
            "answers":{{}},"materials":[]}}"#
        ));
        assert_eq!(submission.organisation.expect("it").name.expose(), "宜春市幸福超市有限公司");
        frozen::<kiosk_wire::kiosk_api::CaseBrief>(&format!(
            r#"{{"submission":"$ID","receipt":"10101000000186","item":"x","department":"culture",
            "item_name":{{"zh":"a","en":"b"}},"organisation":{organisation},"state":{{"zh":"a","en":"b"}},
            "told":{{"zh":"a","en":"b"}}}}"#
        ));
    }
}

#[test]
fn the_hash_chain_of_version_1() {
    let journal = JournalId(ID.parse().unwrap());
    let one = Envelope::seal(journal, 1, [0; 32], r#"{"v":1}"#.into(), None);
    assert_eq!(one.hash, "6b02695970752694367ed5b6bb8eee4406031c7bfe711c1c817bf0e8bba843f7");
    let mut prev = [0; 32];
    hex::decode_to_slice(&one.hash, &mut prev).unwrap();
    let two = Envelope::seal(journal, 2, prev, r#"{"v":1}"#.into(), Some("{}".into()));
    assert_eq!(two.hash, "a4d7c8962676a35e1223be06af91e8bdb57cbab5c23c2c4fdebcc9c9566fb78a");
    assert_eq!(two.payload_hash.as_deref(), Some("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"));
    // After the payload was erased, hash and chain still hold.
    let erased = Envelope { payload: None, ..two.clone() };
    assert_eq!(hex::encode(erased.check(journal).unwrap()), two.hash);
}

#[test]
fn the_requests_and_answers_of_version_1() {
    frozen::<EnrolRequest>(r#"{"code":"AAAA-BBBB-CCCC","public_key":"00","software":"0.1.0"}"#);
    frozen::<EnrolAnswer>(
        r#"{"kiosk":"$ID","name":"东侧","receipt_prefix":"101","hall_key":"00","audience":"hall-1","hall_name":"大厅","server_ms":1}"#,
    );
    frozen::<JournalPush>(
        r#"{"journal":"$ID","entries":[{"seq":1,"prev":"00","hash":"11","header":"{}","payload_hash":"22","payload":"{}"}]}"#,
    );
    frozen::<JournalAnswer>(
        r#"{"next":3,"results":[{"seq":1,"taken":"stored"},{"seq":2,"taken":"set_aside","code":"entry-kind-unknown"}],"generation":1,"server_ms":1}"#,
    );
    frozen::<Heartbeat>(
        r#"{"software":"0.1.0","uptime_s":1,"journal":"$ID","journal_head":4,"unsent_deposits":0,"oldest_unsent_s":null,
        "free_compartments":23,"disk_free_bytes":1,"wall_ms_utc":1,
        "devices":[{"part":"reader","state":"ok","since_ms":1,"last_error":"","advice":""}],
        "compartments":[{"no":1,"size":"A4","state":"to_be_confirmed","door":"closed"}]}"#,
    );
    frozen::<HeartbeatAnswer>(r#"{"generation":1,"server_ms":1,"next":5}"#);
    frozen::<HeartbeatAnswer>(r#"{"generation":1,"server_ms":1,"next":5,"public_url":"https://hall.example"}"#);
    frozen::<DirectivesAnswer>(
        r#"{"generation":1,"server_ms":1,"revision":2,"directives":[{"body":"{}","signature":"00"}],"roster_etag":"a","catalogue_etag":"b"}"#,
    );
    frozen::<Problem>(r#"{"code":"journal-forked","status":409,"title":"a","detail":"b","field":"c","server_ms":1}"#);
}

#[test]
fn directives_and_rosters_of_version_1() {
    for order in [
        r#"{"order":"arm_collection","submission":"$ID","compartment":7,"code_hash":"00"}"#,
        r#"{"order":"disarm_collection","armed_by":"$ID"}"#,
        r#"{"order":"affirm_empty","submission":"$ID","compartment":7}"#,
        r#"{"order":"open_now","submission":null,"compartment":7,"reason":"noise"}"#,
        r#"{"order":"return_to_service","compartment":7}"#,
        r#"{"order":"arm_loading","submission":"$ID","receipt":"10101000000186","item":"x","department":"culture","holder":{"mark":"01","code_hash":"02"},"code_hash":"00"}"#,
    ] {
        frozen::<Directive>(&format!(
            r#"{{"id":"$ID","kiosk":"$OTHER","generation":1,"issued_ms":1,"expires_ms":2,"staff":"$ID","staff_name":"李梅","order":{order}}}"#
        ));
    }
    frozen::<Roster>(
        r#"{"kiosk":"$ID","generation":1,"version":2,"issued_ms":1,"expires_ms":2,
        "windows":[{"id":"$ID","name":"3号窗口","departments":["culture"],"phone":"0795-1"}],
        "staff":[{"id":"$ID","name":"李梅","windows":["$ID"],"role":"clerk","card_hash":"00","pin_phc":"$argon2id$"},
                 {"id":"$OTHER","name":"赵敏","windows":[],"role":"chief"}]}"#,
    );
}

#[test]
fn the_marks_of_version_1() {
    let id = SubmissionId(ID.parse().unwrap());
    assert_eq!(
        ResultHolder::mark_of(id, "resident_number:11010519491231002X").expose(),
        "47846519726c18d2186b694c72bb62dfce6c4aacfa799efdcc5f2fc3799ecd19"
    );
    assert_eq!(
        ResultHolder::code_hash_of(id, "482917").expose(),
        "b7400837cf5c159e4736a2f9bb3f7303c62128fbb4b4b7dd685be44a7335e570"
    );
    frozen::<ResultHolder>(r#"{"mark":"01","code_hash":"02"}"#);
    frozen::<Corrections>(
        r#"{"salt":"00","materials":[{"code":"m","name":"x","originals":1,"copies":0,"deferrable":false,"brought":true}]}"#,
    );
    frozen::<PersonQuery>(r#"{"document":"resident_number","number":"11010519491231002X"}"#);
    for todo in [
        r#"{"todo":"correct","missing":[{"code":"m","name":{"zh":"表","en":"form"},"reason":"未提交","originals":1,"copies":0}]}"#,
        r#"{"todo":"pick_up","kiosk_name":"1号","here":true,"compartment":7}"#,
    ] {
        frozen::<PersonAnswer>(&format!(
            r#"{{"cases":[{{"submission":"$ID","receipt":"10101000000186","item":"x","department":"culture","item_name":{{"zh":"甲","en":"A"}},"state":{{"zh":"待补正","en":"b"}},"told":{{"zh":"","en":""}},"due":"2026-12-03","todo":{todo}}}]}}"#
        ));
    }
}

#[test]
fn the_progress_of_version_1() {
    frozen::<ProgressQuery>(r#"{"receipt":"10101000000186","last_four":"002X"}"#);
    frozen::<ProgressAnswer>(
        r#"{"receipt":"10101000000186","state":{"zh":"已收件","en":"b"},"told":{"zh":"","en":""}}"#,
    );
    frozen::<ProgressAnswer>(
        r#"{"receipt":"10101000000186","state":{"zh":"待取件","en":"b"},"told":{"zh":"丙","en":"c"},
        "due":{"what":{"zh":"丁","en":"d"},"day":"2026-12-03"},"paused":true,"next":{"zh":"戊","en":"e"},"here":7}"#,
    );
}

#[test]
fn the_settings_of_version_1() {
    frozen::<HallSettings>(
        r#"{"time_zone":"Asia/Urumqi","box_sizes":["S","L"],"staff_pin":{"least":6,"most":8,"tries":3},
        "public_url":"https://hall.example","calendar":[{"year":2026,"text":"year = 2026"}]}"#,
    );
}

#[test]
fn the_signatures_of_version_1() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let claims: TokenClaims = frozen(r#"{"kiosk":"$ID","audience":"hall-1","issued_ms":1,"expires_ms":2}"#);
    let signed = Signed::seal(&claims, Purpose::Token, &key).unwrap();
    assert_eq!(
        signed.signature,
        "353fd4502e89442214efefdb72f87f1fad8e4d2ec477d0b9e91ead81ee8590d5dee33af542ba0ee86191d3440eca60755dbce0c308b61168f06741e2dd6e8d02"
    );
    let roster = Signed::seal(&1, Purpose::Roster, &key).unwrap();
    assert_eq!(
        roster.signature,
        "86626b7651ab3dc23163d048ca0b209329665ab36c9fe7ee5e138dcb089f1de5db54b1187fdddd81f512ca6ecb7dad65edbb3e1306432eed3dfc1c6cdfde9b00"
    );
    let directive = Signed::seal(&1, Purpose::Directive, &key).unwrap();
    assert_eq!(
        directive.signature,
        "e8964bce41cf1f23e0d4e8d144171cf64c27470f45c58849c64b8861c3bf3760690e384db21e2e2a583bc29087627aace10c7e91201c87628fa47c8f8deaa20d"
    );
}

#[test]
fn the_codes_of_version_1() {
    let codes: Vec<String> = Code::ALL.iter().map(|code| format!("{} {}", code.status(), code)).collect();
    let frozen = [
        "400 malformed-body",
        "422 invalid-value",
        "413 body-too-large",
        "400 unknown-version",
        "404 not-found",
        "401 not-signed-in",
        "403 forbidden",
        "403 csrf-mismatch",
        "401 sign-in-refused",
        "429 too-many-tries",
        "403 enrolment-code-refused",
        "401 token-malformed",
        "401 token-signature",
        "401 token-audience",
        "401 token-clock",
        "401 kiosk-unknown",
        "401 kiosk-revoked",
        "409 journal-forked",
        "409 journal-gap",
        "422 entry-corrupt",
        "422 entry-kind-unknown",
        "422 entry-implausible",
        "422 payload-unreadable",
        "422 item-unknown",
        "409 key-reused",
        "409 already-being-collected",
        "409 wrong-state",
        "409 stale-page",
        "409 kiosk-offline",
        "500 internal",
        "503 store-unavailable",
        "502 provider-unavailable",
    ];
    for code in frozen {
        assert!(codes.iter().any(|known| known == code), "{code} is gone");
    }
}

#[test]
fn the_calls_and_faults_of_version_1() {
    let device = |more: &str| {
        format!(r#"{{"part":"call","state":"degraded","since_ms":1,"last_error":"a","advice":"b"{more}}}"#)
    };
    for call in [
        r#"{"code":"help"}"#,
        r#"{"code":"door_left_open","compartment":7}"#,
        r#"{"code":"doors_open_at_boot"}"#,
        r#"{"code":"door_stuck","compartment":7}"#,
        r#"{"code":"found_something","compartment":7}"#,
        r#"{"code":"unconfirmed","compartment":7}"#,
        r#"{"code":"record_failed"}"#,
        r#"{"code":"line_lost","compartment":7}"#,
        r#"{"code":"card_left"}"#,
    ] {
        assert!(frozen::<DeviceReport>(&device(&format!(r#","call":{call}"#))).call.is_some(), "{call}");
    }
    for fault in [
        r#"{"code":"card-service-down"}"#,
        r#"{"code":"card-service-denied"}"#,
        r#"{"code":"no-reader","pattern":"*","connected":"none"}"#,
        r#"{"code":"card-service-failed","detail":"x"}"#,
        r#"{"code":"reader-silent","port":"p"}"#,
        r#"{"code":"reader-garbled","port":"p"}"#,
        r#"{"code":"security-module","port":"p","detail":"x"}"#,
        r#"{"code":"port-missing","port":"p"}"#,
        r#"{"code":"port-held","port":"p"}"#,
        r#"{"code":"port-denied","port":"p"}"#,
        r#"{"code":"port-lost","port":"p","detail":"x"}"#,
        r#"{"code":"usb-printer-missing","port":"p"}"#,
        r#"{"code":"usb-printer-held","port":"p"}"#,
        r#"{"code":"usb-printer-denied","port":"p"}"#,
        r#"{"code":"scanner-missing","port":"p"}"#,
        r#"{"code":"boards-silent","port":"p","boards":"1, 2"}"#,
        r#"{"code":"boards-garbled","port":"p","boards":"1"}"#,
        r#"{"code":"boards-refuse","port":"p","boards":"1"}"#,
        r#"{"code":"boards-smaller","port":"p","boards":"1"}"#,
        r#"{"code":"printer-unreachable","address":"p","detail":"x"}"#,
        r#"{"code":"printer-mute","port":"p"}"#,
        r#"{"code":"printer-garbled","port":"p","answer":"0x1B"}"#,
        r#"{"code":"printer-silent","port":"p"}"#,
        r#"{"code":"printer-stuck","port":"p"}"#,
        r#"{"code":"paper-low"}"#,
        r#"{"code":"paper-out"}"#,
        r#"{"code":"cover-open"}"#,
        r#"{"code":"cutter-stuck"}"#,
        r#"{"code":"printer-error"}"#,
        r#"{"code":"scanner-types","port":"p"}"#,
        r#"{"code":"scanner-garbled","port":"p","detail":"x"}"#,
        r#"{"code":"journal-damaged"}"#,
        r#"{"code":"journal-broken","detail":"x"}"#,
        r#"{"code":"journal-forked"}"#,
        r#"{"code":"journal-locked"}"#,
        r#"{"code":"disk-full"}"#,
        r#"{"code":"clock-ahead","by":61}"#,
        r#"{"code":"clock-behind","by":61}"#,
        r#"{"code":"clock-impossible","shown":"1970-01-01 00:00 UTC"}"#,
        r#"{"code":"backend-clock-ahead","by":61}"#,
        r#"{"code":"backend-clock-behind","by":61}"#,
        r#"{"code":"backend-unreachable","detail":"x"}"#,
        r#"{"code":"backend-refused","refusal":"token-clock"}"#,
        r#"{"code":"backend-certificate","detail":"x"}"#,
        r#"{"code":"backend-misread","detail":"x"}"#,
        r#"{"code":"backend-setup","detail":"x"}"#,
    ] {
        assert!(frozen::<DeviceReport>(&device(&format!(r#","fault":{fault}"#))).fault.is_some(), "{fault}");
    }
}

#[test]
fn a_code_from_the_future_leaves_the_text_beside_it() {
    for (fault, call) in [
        (r#"{"code":"camera-blind","lens":2}"#, r#"{"code":"fire","where":"hall"}"#),
        (r#"{"code":"reader-silent","port":7}"#, r#"{"code":"door_stuck"}"#),
        (r#""paper-out""#, "7"),
        ("null", "null"),
    ] {
        let text = format!(
            r#"{{"part":"camera","state":"lost","since_ms":1,"last_error":"a","advice":"b","fault":{fault},"call":{call}}}"#
        );
        let read: DeviceReport = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{cause}: {text}"));
        assert_eq!((read.fault, read.call, read.last_error.as_str()), (None, None, "a"), "{text}");
    }
}
