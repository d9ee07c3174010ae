//! What gateways report of deliveries: by POST as JSON or as a form, or by GET with a query.

use hall_domain::case::messages::deliver::DeliveryReport;
use serde_json::Value;

use super::answer::code_only;
use super::fill::word;
use super::makers::Known;
use super::signing::{hmac, is_hmac};
use crate::config::Secret;
use crate::config::sms::{Format, Report};

/// Reports as this hall's gateway makes them, and how it proves them.
#[derive(Debug)]
pub struct Reports {
    secret: Secret,
    signature_header: Option<String>,
    list: String,
    out_id: Option<String>,
    message_id: Option<String>,
    state: String,
    code: Option<String>,
    delivered: Vec<String>,
    pending: Vec<String>,
    reply: String,
}

impl Reports {
    /// As the configuration says, and where it is silent as the maker is known to report.
    pub(super) fn new(config: &Report, known: Option<&'static Known>, secret: Secret) -> Self {
        let known = known.map(|known| &known.report);
        let text = |said: &Option<String>, known: Option<&str>| said.clone().or_else(|| known.map(str::to_owned));
        let words = |said: &Option<Vec<String>>, known: Option<&[&str]>| {
            let known = || known.unwrap_or_default().iter().map(ToString::to_string).collect();
            said.clone().unwrap_or_else(known)
        };
        Self {
            secret,
            signature_header: config.signature_header.clone(),
            list: text(&config.list, known.map(|known| known.list)).unwrap_or_default(),
            out_id: text(&config.out_id, known.and_then(|known| known.out_id)),
            message_id: text(&config.message_id, known.map(|known| known.message_id)),
            state: text(&config.state, known.map(|known| known.state)).unwrap_or_default(),
            code: text(&config.code, known.and_then(|known| known.code)),
            delivered: words(&config.delivered, known.map(|known| known.delivered)),
            pending: words(&config.pending, known.map(|known| known.pending)),
            reply: text(&config.reply, known.map(|known| known.reply)).unwrap_or_default(),
        }
    }

    /// The header that carries the proof, if it is a signature.
    pub fn signature_header(&self) -> Option<&str> {
        self.signature_header.as_deref()
    }

    /// What the gateway wants to hear, and as which type; nothing where the status says it all.
    pub fn reply(&self) -> (&'static str, &str) {
        (if self.reply.starts_with(['{', '[']) { "application/json" } else { "text/plain" }, &self.reply)
    }

    /// Reads reports, a JSON body or a form (which the query of a GET is too), and counts those that are none: one that cannot be read loses none of the others. `None`: there is
    /// not one that was described.
    pub fn read(&self, format: Format, body: &[u8]) -> Option<(Vec<DeliveryReport>, usize)> {
        let body = match format {
            Format::Json => serde_json::from_slice(body).ok()?,
            Format::Form => fields(body),
        };
        let list = match body.pointer(&self.list) {
            Some(list) => unpacked(list),
            // Some makers send a list as JSON, and a single report as a form.
            None if format == Format::Form => body,
            None => return None,
        };
        let all = list.as_array().map_or(std::slice::from_ref(&list), Vec::as_slice);
        let told: Vec<_> = all.iter().filter_map(|report| self.one(report)).collect();
        let bad = all.len() - told.len();
        (bad == 0 || !told.is_empty()).then_some((told, bad))
    }

    fn one(&self, report: &Value) -> Option<DeliveryReport> {
        let at = |pointer: &Option<String>| pointer.as_ref().and_then(|at| word(report.pointer(at)?));
        let state = word(report.pointer(&self.state)?)?;
        let delivered = if self.delivered.contains(&state) {
            Some(Ok(()))
        } else if self.pending.contains(&state) {
            None
        } else {
            Some(Err(code_only(&at(&self.code).unwrap_or(state))))
        };
        let (out_id, gateway_id) = (at(&self.out_id).unwrap_or_default(), at(&self.message_id).unwrap_or_default());
        (!out_id.is_empty() || !gateway_id.is_empty()).then_some(DeliveryReport { out_id, gateway_id, delivered })
    }

    /// Whether a report comes from the gateway: by its signature of the body, or by the secret itself.
    pub fn is_from_gateway(&self, shown: &str, body: &[u8]) -> bool {
        match self.signature_header {
            Some(_) => {
                let Ok(mac) = hex::decode(shown.trim().trim_start_matches("v1=")) else { return false };
                is_hmac(self.secret.expose().as_bytes(), body, &mac)
            }
            None => {
                // Hashes of equal length are compared, so that the time tells nothing.
                let hash = |text: &str| hmac(b"sms-report-token", text.as_bytes());
                is_hmac(b"sms-report-token", self.secret.expose().as_bytes(), &hash(shown))
            }
        }
    }
}

/// The fields of a form as an object of texts.
fn fields(body: &[u8]) -> Value {
    let Ok(mut url) = reqwest::Url::parse("form:/") else { return Value::Null };
    url.set_query(Some(&String::from_utf8_lossy(body)));
    url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}

/// A field of a form that holds JSON is what it holds.
fn unpacked(value: &Value) -> Value {
    let held = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    held.filter(|held| held.is_array() || held.is_object()).unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sms::Maker;
    use crate::notify::makers;

    fn reports(text: &str, maker: Option<Maker>) -> Reports {
        let config: Report = toml::from_str(&format!("secret_file = \"x\"\n{text}")).expect("parses");
        Reports::new(&config, maker.map(makers::known), Secret::new("0123456789abcdef".into()))
    }

    fn report(out_id: &str, gateway_id: &str, delivered: Option<Result<(), &str>>) -> DeliveryReport {
        let delivered = delivered.map(|delivered| delivered.map_err(str::to_owned));
        DeliveryReport { out_id: out_id.into(), gateway_id: gateway_id.into(), delivered }
    }

    const DESCRIBED: &str = "list = \"/reports\"\nout_id = \"/out\"\nstate = \"/status\"\ndelivered = [\"DELIVRD\"]\npending = [\"ACCEPTD\"]\n";

    #[test]
    fn reports_come_one_by_one_or_many_and_garbage_is_told() {
        let config = reports(DESCRIBED, None);
        let read = |body: &str| config.read(Format::Json, body.as_bytes());
        let body = r#"{"reports":[{"out":"a-1","status":"DELIVRD"},{"out":"b-1","status":"EXPIRED"},{"out":"c-1","status":"ACCEPTD"}]}"#;
        let three =
            vec![report("a-1", "", Some(Ok(()))), report("b-1", "", Some(Err("EXPIRED"))), report("c-1", "", None)];
        assert_eq!(read(body), Some((three, 0)));
        let one = vec![report("a-1", "", Some(Err("1")))];
        assert_eq!(read(r#"{"reports":{"out":"a-1","status":1}}"#), Some((one.clone(), 0)));
        let bad = r#"{"reports":[{"out":"a"},7,null,{"out":"a-1","status":1},{"status":"DELIVRD"}]}"#;
        assert_eq!(read(bad), Some((one, 4)), "bad ones lose no good one");
        assert_eq!(read(r#"{"reports":[]}"#), Some((Vec::new(), 0)));
        for garbage in ["", "[]", "{}", r#"{"reports":[{"out":"a"}]}"#] {
            assert_eq!(read(garbage), None, "{garbage}");
        }
    }

    /// Bodies as the makers document them.
    #[test]
    fn each_maker_reports_in_its_own_way() {
        let alibaba =
            br#"[{"phone_number":"13800000000","success":true,"biz_id":"9^0","out_id":"a-1","err_code":"DELIVERED"},
            {"success":false,"biz_id":"8^0","out_id":"b-1","err_code":"MOBILE_NOT_ON_SERVICE"}]"#;
        let tencent =
            br#"[{"mobile":"13800000000","report_status":"FAIL","errmsg":"REJECTD","sid":"5000:1"}, {"oops":1}]"#;
        let huawei =
            br#"{"statusReportList":[{"smsMsgId":"m-1","status":"DELIVRD"},{"smsMsgId":"m-2","status":"E200030"}]}"#;
        let form = b"smsMsgId=m-1&status=DELIVRD&total=1&sequence=1&to=%2B8613800000000";
        let yunpian = "list = \"/sms_status\"\nmessage_id = \"/sid\"\nstate = \"/report_status\"\ncode = \"/error_msg\"\n\
            delivered = [\"SUCCESS\"]\nreply = \"SUCCESS\"\n";
        let packed =
            b"sms_status=%5B%7B%22sid%22%3A9527%2C%22report_status%22%3A%22SUCCESS%22%7D%2C%7B%22sid%22%3A1%7D%5D";
        let chuanglan = "message_id = \"/msgid\"\nstate = \"/status\"\ndelivered = [\"DELIVRD\"]\n";
        let query = b"receiver=a&token=b&msgid=17&mobile=13800000000&status=UNDELIV";
        let json = "application/json";
        for (config, format, body, read, reply) in [
            (
                reports("", Some(Maker::Alibaba)),
                Format::Json,
                &alibaba[..],
                (vec![report("a-1", "9^0", Some(Ok(()))), report("b-1", "8^0", Some(Err("MOBILE_NOT_ON_SERVICE")))], 0),
                (json, r#"{"code":0,"msg":"OK"}"#),
            ),
            (
                reports("", Some(Maker::Tencent)),
                Format::Json,
                &tencent[..],
                (vec![report("", "5000:1", Some(Err("REJECTD")))], 1),
                (json, r#"{"result":0,"errmsg":"OK"}"#),
            ),
            (
                reports("", Some(Maker::Huawei)),
                Format::Json,
                &huawei[..],
                (vec![report("", "m-1", Some(Ok(()))), report("", "m-2", Some(Err("E200030")))], 0),
                ("text/plain", ""),
            ),
            (
                reports("", Some(Maker::Huawei)),
                Format::Form,
                &form[..],
                (vec![report("", "m-1", Some(Ok(())))], 0),
                ("text/plain", ""),
            ),
            (
                reports(yunpian, None),
                Format::Form,
                &packed[..],
                (vec![report("", "9527", Some(Ok(())))], 1),
                ("text/plain", "SUCCESS"),
            ),
            (
                reports(chuanglan, None),
                Format::Form,
                &query[..],
                (vec![report("", "17", Some(Err("UNDELIV")))], 0),
                ("text/plain", ""),
            ),
        ] {
            assert_eq!(config.read(format, body), Some(read), "{}", String::from_utf8_lossy(body));
            assert_eq!(config.reply(), reply);
        }
    }

    #[test]
    fn only_the_gateway_reports() {
        let by = |more: &str| reports(&format!("state = \"/s\"\ndelivered = []\n{more}"), None);
        let (signed, token) = (by("signature_header = \"x-signature\"\n"), by(""));
        let signature = super::super::signing::hmac_hex("0123456789abcdef", b"{}");
        assert!(signed.is_from_gateway(&signature, b"{}"));
        assert!(!signed.is_from_gateway(&signature, b"{ }"));
        assert!(!signed.is_from_gateway("0123456789abcdef", b"{}"));
        assert!(token.is_from_gateway("0123456789abcdef", b"{}"));
        assert!(!token.is_from_gateway("", b"{}"));
    }
}
