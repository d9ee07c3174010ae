//! The gateways of the makers that are known, played on a real socket: each checks the signature as its maker's
//! documents say, in words of its own, answers as it does, and reports as it does.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hall_domain::case::page;
use hall_rules::CaseEvent;
use hall_rules::notice::Form;
use hall_rules::review::Verdict;
use hall_store::messages::MessageState as S;
use hmac::{Hmac, KeyInit, Mac};
use kiosk_backend::{client, jobs};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::results::Desk;
use test_hall::{Hall, Left, PHONE};

const SECRET: &str = "a-secret-of-invention";

#[derive(Clone, Debug)]
struct Asked {
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

impl Asked {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A part of `Authorization`, after its name and before the next comma.
    fn proof(&self, name: &str) -> &str {
        let (_, rest) = self.header("authorization").split_once(&format!("{name}=")).unwrap();
        rest.split(',').next().unwrap()
    }

    /// The hash of what was signed, from what came.
    fn canonical(&self, path: &str, payload: &str) -> String {
        let names = self.proof("SignedHeaders");
        let lines: Vec<String> = names.split(';').map(|name| format!("{name}:{}", self.header(name))).collect();
        let query = self.uri.query().unwrap_or_default();
        let text = format!("POST\n{path}\n{query}\n{}\n\n{names}\n{payload}", lines.join("\n"));
        hex::encode(Sha256::digest(text))
    }
}

fn mac(key: impl AsRef<[u8]>, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

type Answers = Arc<Mutex<(Vec<Value>, Vec<Asked>)>>;

async fn take(State(state): State<Answers>, uri: Uri, headers: HeaderMap, body: String) -> axum::Json<Value> {
    let mut state = state.lock().unwrap();
    state.1.push(Asked { uri, headers, body });
    let answer = if state.0.len() > 1 { state.0.remove(0) } else { state.0[0].clone() };
    axum::Json(answer)
}

struct Scene {
    desk: Desk,
    state: Answers,
    client: reqwest::Client,
    _secrets: tempfile::TempDir,
}

impl Scene {
    /// A case whose acceptance is to be told through such a gateway, which answers in this order.
    async fn accepted(path: &str, described: &str, answers: &[Value]) -> Self {
        let state: Answers = Arc::new(Mutex::new((answers.to_vec(), Vec::new())));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{path}", listener.local_addr().unwrap());
        let app = Router::new().fallback(take).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let secrets = tempfile::tempdir().unwrap();
        let file = secrets.path().join("secret");
        std::fs::write(&file, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let described = described.replace("FILE", &format!("{file:?}"));
        let extra = format!("[sms]\nurl = {url:?}\nsecret_file = {file:?}\n{described}");
        let desk = Desk::received_in(Hall::with(&extra).await).await;
        desk.step(CaseEvent::PreReviewStarted, Form::default()).await;
        let form = desk.found(Verdict::Fine).await;
        desk.step(CaseEvent::Accepted, form).await;
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { desk, state, client: client::client().unwrap(), _secrets: secrets }
    }

    async fn work(&self) -> Asked {
        jobs::once(&self.desk.hall.app, &self.client).await.unwrap();
        self.state.lock().unwrap().1.last().expect("the gateway was asked").clone()
    }

    async fn message(&self) -> (S, Option<String>) {
        let case = page::case(&self.desk.hall.app, &self.desk.chief, self.desk.case).await.unwrap();
        let message = case.messages.into_iter().next_back().unwrap();
        (message.state, message.cause)
    }

    async fn report(&self, method: &str, query: &str, kind: &str, body: &str) -> String {
        let request = Request::builder().method(method).uri(format!("/sms/report?token={SECRET}{query}"));
        let request = request.header("content-type", kind).body(Body::from(body.to_owned())).unwrap();
        let answer = self.desk.hall.ask(request).await;
        format!("{} {}", answer.status.as_u16(), answer.body)
    }
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    reqwest::Url::parse(&format!("http://x/?{query}")).unwrap().query_pairs().into_owned().collect()
}

#[tokio::test]
async fn alibaba() {
    let described = "maker = \"alibaba\"\nkey_id = \"an-id\"\n[sms.body]\nPhoneNumbers = \"${phone}\"\n\
        SignName = \"宜春政务\"\nTemplateCode = \"${template}\"\nTemplateParam = \"${values}\"\nOutId = \"${out_id}\"\n\
        [sms.message.accepted]\ntemplate = \"SMS_1\"\nvalues = { item = \"${item}\", no = \"${receipt}\" }\n\
        [sms.report]\nsecret_file = FILE\n";
    let answers = [json!({ "Code": "isv.BUSINESS_LIMIT_CONTROL" }), json!({ "Code": "OK", "BizId": "9^0" })];
    let scene = Scene::accepted("/", described, &answers).await;
    let asked = scene.work().await;
    let (nothing, fields) = (hex::encode(Sha256::digest("")), pairs(asked.uri.query().unwrap()));
    assert_eq!((asked.body.as_str(), asked.header("x-acs-content-sha256")), ("", nothing.as_str()));
    let names = asked.proof("SignedHeaders");
    assert_eq!(
        names, "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version",
        "every x-acs header and the host"
    );
    let text = format!("ACS3-HMAC-SHA256\n{}", asked.canonical("/", &nothing));
    assert_eq!(asked.proof("Signature"), hex::encode(mac(SECRET, &text)));
    assert_eq!(asked.proof("ACS3-HMAC-SHA256 Credential"), "an-id");
    assert_eq!((fields["PhoneNumbers"].as_str(), fields["TemplateCode"].as_str()), (PHONE, "SMS_1"));
    let values: Value = serde_json::from_str(&fields["TemplateParam"]).unwrap();
    assert!(values["item"].as_str().is_some_and(|item| !item.is_empty()) && values["no"].is_string(), "{values}");
    let limited = "the gateway takes no more for now: isv.BUSINESS_LIMIT_CONTROL".to_owned();
    assert_eq!(scene.message().await, (S::Queued, Some(limited)));

    scene.desk.hall.clock.advance(3000);
    let again = scene.work().await;
    assert_ne!(again.header("x-acs-signature-nonce"), asked.header("x-acs-signature-nonce"));
    assert_eq!(scene.message().await, (S::Sent, None));
    let out = &fields["OutId"];
    let told = json!([{ "oops": true }, { "out_id": out, "biz_id": "9^0", "success": true, "err_code": "DELIVERED" }]);
    let answer = scene.report("POST", "", "application/json", &told.to_string()).await;
    assert_eq!(answer, r#"200 {"code":0,"msg":"OK"}"#);
    assert_eq!(scene.message().await, (S::Delivered, None));
}

#[tokio::test]
async fn tencent() {
    let described = "maker = \"tencent\"\nkey_id = \"an-id\"\n[sms.body]\nPhoneNumberSet = [\"+86${phone}\"]\n\
        SmsSdkAppId = \"1400006666\"\nSignName = \"宜春政务\"\nTemplateId = \"${template}\"\n\
        TemplateParamSet = \"${values}\"\nSessionContext = \"${out_id}\"\n\
        [sms.message.accepted]\ntemplate = \"1110\"\nvalues = [\"${item}\"]\n[sms.report]\nsecret_file = FILE\n";
    let answers = [
        json!({ "Response": { "Error": { "Code": "FailedOperation.InsufficientBalanceInSmsPackage" } } }),
        json!({ "Response": { "SendStatusSet": [{ "Code": "Ok", "SerialNo": "5000:1" }] } }),
    ];
    let scene = Scene::accepted("/", described, &answers).await;
    scene.desk.hall.leaves(Left::Logged("messages wait until somebody mends this"));
    let asked = scene.work().await;
    assert_eq!((asked.header("x-tc-action"), asked.header("x-tc-version")), ("SendSms", "2021-01-11"));
    assert_eq!(asked.header("x-tc-region"), "ap-guangzhou");
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body["PhoneNumberSet"][0], format!("+86{PHONE}"));
    assert_eq!(body["TemplateParamSet"].as_array().map(Vec::len), Some(1), "as many as the template has");
    let credential = asked.proof("TC3-HMAC-SHA256 Credential");
    let (day, _) = credential.strip_prefix("an-id/").unwrap().split_once('/').unwrap();
    let key = mac(mac(mac(format!("TC3{SECRET}"), day), "sms"), "tc3_request");
    let hash = asked.canonical("/", &hex::encode(Sha256::digest(&asked.body)));
    let text = format!("TC3-HMAC-SHA256\n{}\n{day}/sms/tc3_request\n{hash}", asked.header("x-tc-timestamp"));
    assert_eq!(asked.proof("Signature"), hex::encode(mac(key, &text)));
    let unpaid = "the gateway wants to be paid: FailedOperation.InsufficientBalanceInSmsPackage".to_owned();
    assert_eq!(scene.message().await, (S::Queued, Some(unpaid)));

    scene.desk.hall.clock.advance(3000);
    scene.work().await;
    let told = json!([{ "sid": "5000:1", "report_status": "FAIL", "errmsg": "REJECTD" }]).to_string();
    let answer = scene.report("POST", "", "application/json", &told).await;
    assert_eq!(answer, r#"200 {"result":0,"errmsg":"OK"}"#);
    assert_eq!(scene.message().await, (S::Failed, Some("the gateway could not deliver it: REJECTD".into())));
}

#[tokio::test]
async fn huawei() {
    let described = "maker = \"huawei\"\nkey_id = \"an-id\"\n[sms.body]\nfrom = \"8823040504797\"\nto = \"+86${phone}\"\n\
        templateId = \"${template}\"\ntemplateParas = \"${values}\"\nextend = \"${out_id}\"\n\
        [sms.message.accepted]\ntemplate = \"t-1\"\nvalues = [\"${item}\", \"${receipt}\"]\n\
        [sms.report]\nsecret_file = FILE\n";
    let answers = [json!({ "code": "000000", "result": [{ "status": "000000", "smsMsgId": "m-1" }] })];
    let scene = Scene::accepted("/sms/batchSendSms/v1", described, &answers).await;
    let asked = scene.work().await;
    assert_eq!(asked.uri.path(), "/sms/batchSendSms/v1");
    assert_eq!(asked.header("content-type"), "application/x-www-form-urlencoded");
    let hash = asked.canonical("/sms/batchSendSms/v1/", "UNSIGNED-PAYLOAD");
    let text = format!("SDK-HMAC-SHA256\n{}\n{hash}", asked.header("x-sdk-date"));
    assert_eq!(asked.proof("Signature"), hex::encode(mac(SECRET, &text)));
    assert_eq!(asked.proof("SDK-HMAC-SHA256 Access"), "an-id");
    let fields = pairs(&asked.body);
    assert_eq!(fields["to"], format!("+86{PHONE}"));
    assert!(serde_json::from_str::<Vec<String>>(&fields["templateParas"]).is_ok_and(|values| values.len() == 2));
    assert_eq!(scene.message().await, (S::Sent, None));
    let form = "smsMsgId=m-1&status=DELIVRD&total=1&sequence=1";
    let answer = scene.report("POST", "", "application/x-www-form-urlencoded", form).await;
    assert_eq!(answer, "200 ");
    assert_eq!(scene.message().await, (S::Delivered, None));
}

#[tokio::test]
async fn mas() {
    let described = "maker = \"mas\"\n[sms.body]\necName = \"某市\"\napId = \"ap\"\nsecretKey = \"${secret}\"\n\
        mobiles = \"${phone}\"\ncontent = \"${text}\"\nsign = \"SIGN\"\naddSerial = \"\"\n\
        [sms.message.accepted]\ntext = \"“${item}”已受理\"\n";
    let answers = [json!({ "rspcod": "success", "success": true, "msgGroup": "g-1" })];
    let scene = Scene::accepted("/sms/norsubmit", described, &answers).await;
    let asked = scene.work().await;
    let body: Value = serde_json::from_slice(&STANDARD.decode(&asked.body).unwrap()).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let signed = format!("某市ap{SECRET}{PHONE}{}SIGN", text("content"));
    assert_eq!(text("mac"), md5(&signed));
    assert_eq!((text("secretKey"), text("addSerial")), (SECRET.to_owned(), String::new()));
    assert_eq!(scene.message().await, (S::Sent, None));
}

/// By `md5sum`, which shares nothing with what signed.
fn md5(text: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("md5sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()[..32].to_owned()
}

/// 云片 posts a form that holds JSON and wants a word; 创蓝 asks by GET.
#[tokio::test]
async fn described_gateways_report_by_form_or_by_query() {
    let described = |report: &str| {
        format!(
            "message_id = \"/sid\"\n[sms.body]\nmobile = \"${{phone}}\"\n[sms.accepted]\npointer = \"/code\"\n\
             equals = \"0\"\n[sms.report]\nsecret_file = FILE\n{report}"
        )
    };
    let answers = [json!({ "code": 0, "sid": 9527 })];
    let packed = described(
        "list = \"/sms_status\"\nmessage_id = \"/sid\"\nstate = \"/report_status\"\ndelivered = [\"SUCCESS\"]\n\
         reply = \"SUCCESS\"\n",
    );
    let scene = Scene::accepted("/", &packed, &answers).await;
    scene.work().await;
    let body = "sms_status=%5B%7B%22sid%22%3A1%7D%2C%7B%22sid%22%3A9527%2C%22report_status%22%3A%22SUCCESS%22%7D%5D";
    let answer = scene.report("POST", "", "application/x-www-form-urlencoded;charset=utf-8", body).await;
    assert_eq!(answer, "200 SUCCESS");
    assert_eq!(scene.message().await, (S::Delivered, None));

    let query = described("message_id = \"/msgid\"\nstate = \"/status\"\ndelivered = [\"DELIVRD\"]\n");
    let scene = Scene::accepted("/", &query, &answers).await;
    scene.work().await;
    assert_eq!(scene.report("GET", "&msgid=9527&status=UNDELIV", "", "").await, "200 ");
    assert_eq!(scene.message().await, (S::Failed, Some("the gateway could not deliver it: UNDELIV".into())));
    assert_eq!(scene.report("GET", "&msgid=9527&status=DELIVRD", "", "").await, "200 ");
    assert_eq!(scene.message().await, (S::Delivered, None), "it is there after all");
}
