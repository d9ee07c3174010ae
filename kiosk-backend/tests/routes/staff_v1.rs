//! `/api/v1`: staff JSON.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use hall_rules::Role;
use kiosk_wire::Code;
use serde_json::{Value, json};

use test_hall::{Answer, Hall, PASSWORD, PHONE};

async fn sign_in(hall: &Hall, name: &str, password: &str) -> Answer {
    hall.post("/api/v1/sessions", None, json!({ "name": name, "password": password }).to_string()).await
}

#[tokio::test]
async fn a_program_signs_in_reads_and_commands() {
    let hall = Hall::new().await;
    hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    hall.sync(&terminal).await;
    let opened: Value = sign_in(&hall, "李梅", PASSWORD).await.json();
    let token = opened["token"].as_str().unwrap();
    let inbox: Value = hall.get("/api/v1/cases?view=new", token, None).await.json();
    assert_eq!(inbox["rows"][0]["id"], case.to_string());
    let wanted = json!({ "text": PHONE }).to_string();
    let found: Value = hall.post("/api/v1/cases/search", Some(token), wanted).await.json();
    assert_eq!(found["rows"][0]["id"], case.to_string());
    let path = format!("/api/v1/cases/{case}");
    let view: Value = hall.get(&path, token, None).await.json();
    assert_eq!(view["applicant"]["phone"], "138****5678");
    let armed: Value = hall.post(&format!("{path}/collect"), Some(token), "{}").await.json();
    assert_eq!(armed["collecting"]["code"].as_str().unwrap().len(), 6);
    let phone: Value = hall.post(&format!("{path}/phone"), Some(token), "").await.json();
    assert_eq!(phone["value"], PHONE);
    let problem = hall.post(&format!("{path}/affirm-empty"), Some(token), "{}").await.problem();
    assert_eq!(problem.code, Code::WrongState);
    assert_eq!(hall.get("/api/v1/audit", token, None).await.problem().code, Code::Forbidden);
    assert_eq!(hall.count("audit WHERE action IN ('case_looked', 'searched', 'phone_revealed', 'collect_armed')"), 4);
    let bye = Request::delete("/api/v1/sessions").header(header::AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(hall.ask(bye.body(Body::empty()).unwrap()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(hall.get("/api/v1/counts", token, None).await.problem().code, Code::NotSignedIn);
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down_and_on_record() {
    let hall = Hall::new().await;
    hall.staff("李梅", "3号窗口", Role::Clerk).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&hall, "李梅", "wrong").await.problem().code, Code::SignInRefused);
    }
    assert_eq!(sign_in(&hall, "李梅", PASSWORD).await.problem().code, Code::TooManyTries);
    assert!(hall.count("audit WHERE action = 'sign_in_refused'") >= 5);
    hall.clock.advance(15 * 60_000);
    let _: Value = sign_in(&hall, "李梅", PASSWORD).await.json();
}

#[tokio::test]
async fn every_path_of_the_document_is_there_and_wants_a_sign_in() {
    let hall = Hall::new().await;
    let document: Value = hall.get("/api/openapi.json", "", None).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if (path.as_str(), method.as_str()) == ("/api/v1/sessions", "post") {
                continue;
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let uri = path.replace("{id}", &uuid::Uuid::nil().to_string()).replace("{n}", "1");
            let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
            assert_eq!(hall.ask(request).await.problem().code, Code::NotSignedIn, "{path}");
            asked += 1;
        }
    }
    assert!(asked >= 15, "{asked}");
    assert_eq!(hall.get("/api/v1/nothing", "", None).await.problem().code, Code::NotFound);
    assert_eq!(hall.get("/api/v1/cases/1/collect", "", None).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn every_path_opens_to_those_whose_right_it_is_and_to_nobody_else() {
    let hall = Hall::new().await;
    let document: Value = hall.get("/api/openapi.json", "", None).await.json();
    let mut asked = 0;
    for role in Role::ALL {
        hall.staff(role.code(), "3号窗口", *role).await;
        let opened: Value = sign_in(&hall, role.code(), PASSWORD).await.json();
        let token = opened["token"].as_str().unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let Some(right) = operation["x-right"].as_str() else {
                    assert_eq!(path, "/api/v1/sessions", "only signing in and out wants no right");
                    continue;
                };
                let right = hall_rules::Right::from_code(right).unwrap();
                let uri = path.replace("{id}", &uuid::Uuid::nil().to_string()).replace("{n}", "1");
                let request = Request::builder()
                    .method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap())
                    .uri(uri)
                    .header(header::AUTHORIZATION, format!("Bearer {token}"))
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(Body::from(if method == "post" { "{}" } else { "" }))
                    .unwrap();
                let answer = hall.ask(request).await;
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, !role.may(right), "{} {method} {path}: {}", role.code(), answer.status);
                asked += 1;
            }
        }
    }
    assert!(asked >= 6 * 15, "{asked}");
}

/// `docs/wire.md` lists the paths as the document says them: `UPDATE_DOCS=1 cargo nextest run -E 'test(wire_md)'`.
#[tokio::test]
async fn wire_md_lists_every_path() {
    let hall = Hall::new().await;
    let document: Value = hall.get("/api/openapi.json", "", None).await.json();
    let mut table = "| method and path | right | what | body |\n|---|---|---|---|\n".to_owned();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let fields = operation["requestBody"]["content"]["application/json"]["schema"]["properties"].as_object();
            let fields: Vec<String> = fields.into_iter().flatten().map(|(name, _)| format!("`{name}`")).collect();
            let right = operation["x-right"].as_str().map(|right| format!("`{right}`")).unwrap_or_default();
            let line = format!(
                "| `{} {path}` | {right} | {} | {} |\n",
                method.to_uppercase(),
                operation["summary"].as_str().unwrap(),
                fields.join(" ")
            );
            table.push_str(&line);
        }
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wire.md");
    let found = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = found.split_once("<!-- staff: begin -->\n").expect("a marker where it begins");
    let (_, after) = rest.split_once("<!-- staff: end -->").expect("a marker where it ends");
    let fresh = format!("{before}<!-- staff: begin -->\n{table}<!-- staff: end -->{after}");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        std::fs::write(&file, &fresh).unwrap();
    }
    assert!(fresh == found || update, "docs/wire.md is stale: run this test with UPDATE_DOCS=1");
}

/// The contract is a file, so that a change of it is seen: `UPDATE_DOCS=1 cargo nextest run -E 'test(openapi_json)'`.
#[tokio::test]
async fn openapi_json_is_what_is_served_and_says_of_each_field_what_it_is() {
    let hall = Hall::new().await;
    let document: Value = hall.get("/api/openapi.json", "", None).await.json();
    let mut fields = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(content) = operation["requestBody"]["content"].as_object() else { continue };
            let schema = &content.values().next().unwrap()["schema"];
            assert_eq!(schema["type"], "object", "{method} {path}");
            for (name, field) in schema["properties"].as_object().unwrap() {
                assert!(!field["type"].is_null(), "{method} {path}: {name} has no type");
                fields += 1;
            }
            let required = schema["required"].as_array().map_or(0, Vec::len);
            let optional_only = ["collect", "cancel-collect", "affirm-empty", "confirm", "claim", "release"];
            let optional = optional_only.iter().any(|last| path.ends_with(&format!("/{last}")));
            assert_eq!(required > 0, !optional, "{method} {path}: what is required");
        }
    }
    assert!(fields >= 55, "{fields}");

    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let fresh = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        std::fs::write(&file, &fresh).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(fresh == found || update, "docs/openapi.json is stale: run this test with UPDATE_DOCS=1");
}

/// Each example is what its schema says, as a program judges that was made from the document alone.
#[tokio::test]
async fn every_example_is_valid_by_its_schema() {
    let hall = Hall::new().await;
    let document: Value = hall.get("/api/openapi.json", "", None).await.json();
    let errors = |schema: &Value, example: &Value| -> Vec<String> {
        let within = serde_json::json!({ "components": document["components"], "allOf": [schema] });
        let validator = jsonschema::draft202012::new(&within).unwrap();
        validator.iter_errors(example).map(|one| format!("{}: {one}", one.instance_path())).collect()
    };
    let mut judged = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let content = &answer["content"]["application/json"];
                if content["example"].is_null() {
                    continue;
                }
                let wrong = errors(&content["schema"], &content["example"]);
                assert!(wrong.is_empty(), "{method} {path} {status}: {wrong:?}");
                // The judge is judged: nothing that is answered may be a number alone.
                assert!(!errors(&content["schema"], &serde_json::json!(0.5)).is_empty(), "{method} {path} {status}");
                judged += 1;
            }
        }
    }
    assert!(judged >= 40, "{judged}");
}
