//! What a gateway's answer means.
//!
//! A refusal is one wherever it stands: many gateways refuse in a 200. What it is about decides: a limit waits, what is
//! ours to mend waits for us, and only what is about the recipient ends a message.

use std::collections::BTreeMap;

use hall_domain::case::messages::deliver::Outcome;
use hall_words::case::MessageFault;
use reqwest::StatusCode;
use serde_json::Value;

use super::fill::word;
use super::makers::{Known, class};
use crate::config::sms::{RefusalClass, Sms};

/// The longest code that is kept, characters: Tencent's have up to 47.
const LONGEST_CODE: usize = 64;
/// So many digits can be a phone number, in one run or with something between them.
const PHONE_DIGITS: usize = 7;
const PHONE_DIGITS_APART: usize = 11;

/// Where an answer says what, and what refusals mean.
#[derive(Debug)]
pub(super) struct Answers {
    codes: Vec<String>,
    accepted: Option<String>,
    message_id: Option<String>,
    refusals: BTreeMap<String, RefusalClass>,
    known: &'static [(&'static str, RefusalClass)],
}

impl Answers {
    /// As the configuration says, and where it is silent as the maker is known to answer.
    pub(super) fn new(config: &Sms, known: Option<&'static Known>) -> Self {
        let (codes, accepted) = match (&config.accepted, known) {
            (Some(said), _) => (vec![said.pointer.clone()], Some(said.equals.clone())),
            (None, Some(known)) => {
                (known.codes.iter().map(ToString::to_string).collect(), Some(known.accepted.to_owned()))
            }
            (None, None) => (Vec::new(), None),
        };
        let message_id = config.message_id.clone().or_else(|| known.map(|known| known.message_id.to_owned()));
        let refusals = config.refusals.clone();
        Self { codes, accepted, message_id, refusals, known: known.map_or(&[], |known| known.refusals) }
    }

    /// What an answer means. Personal data that a gateway may quote is not kept: of an answer only its code is.
    pub(super) fn judge(&self, status: StatusCode, body: &[u8]) -> Outcome {
        let answer = serde_json::from_slice::<Value>(body).ok();
        let at = |pointer: &String| word(answer.as_ref()?.pointer(pointer)?);
        let said = self.codes.iter().find_map(at);
        let class = said.as_ref().and_then(|said| self.class(said));
        match (&self.accepted, said, class) {
            (Some(accepted), Some(said), _) if status.is_success() && said == *accepted => {}
            (Some(_), None, _) if status.is_success() => {
                return Outcome::Unknown(MessageFault::Misread.kept(format_args!(" has no {}", self.codes.join(", "))));
            }
            (None, _, _) if status.is_success() => {}
            (_, Some(said), Some(class)) => return refused(class, &code_only(&said)),
            (_, Some(said), None) if status.is_success() || status == StatusCode::BAD_REQUEST => {
                return Outcome::NotTaken(MessageFault::NewCode.kept(format_args!(": {}", code_only(&said))));
            }
            (_, said, None) => return by_status(status, said.as_deref()),
            (_, None, Some(_)) => return by_status(status, None),
        }
        Outcome::Sent(self.message_id.as_ref().and_then(at))
    }

    fn class(&self, code: &str) -> Option<RefusalClass> {
        let own = self.refusals.iter().map(|(line, class)| (line.as_str(), *class));
        class(own, code).or_else(|| class(self.known.iter().copied(), code))
    }
}

/// What a refusal with a code that we know means.
fn refused(class: RefusalClass, code: &str) -> Outcome {
    let kept = |fault: MessageFault| fault.kept(format_args!(": {code}"));
    match class {
        RefusalClass::Later => Outcome::NotTaken(kept(MessageFault::Limited)),
        RefusalClass::Bill => Outcome::Ours(kept(MessageFault::Unpaid)),
        RefusalClass::Key => Outcome::Ours(kept(MessageFault::Stranger)),
        RefusalClass::Words => Outcome::Ours(kept(MessageFault::Unapproved)),
        RefusalClass::Setup => Outcome::Ours(kept(MessageFault::Setup)),
        RefusalClass::Number => Outcome::Refused(kept(MessageFault::NoSuchNumber)),
        RefusalClass::Unclear => Outcome::Unknown(kept(MessageFault::Failed)),
    }
}

/// What an answer without a code that we know means.
fn by_status(status: StatusCode, said: Option<&str>) -> Outcome {
    let code = said.map(|said| format!(", {}", code_only(said))).unwrap_or_default();
    let kept = |fault: MessageFault| fault.kept(format_args!(": {status}{code}"));
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Outcome::NotTaken(kept(MessageFault::Busy)),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Outcome::Ours(kept(MessageFault::Stranger)),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Outcome::Ours(kept(MessageFault::Setup))
        }
        status if status.is_redirection() => Outcome::Ours(kept(MessageFault::Setup)),
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Outcome::Unknown(kept(MessageFault::Failed))
        }
        _ => Outcome::NotTaken(kept(MessageFault::NewCode)),
    }
}

/// A gateway's code; what is no code, such as a sentence that may quote a number, is not kept.
pub(super) fn code_only(said: &str) -> String {
    let runs = said.split(|letter: char| !letter.is_ascii_digit()).map(str::len);
    let (longest, digits) = (runs.clone().max().unwrap_or(0), runs.sum::<usize>());
    let is_code = (1..=LONGEST_CODE).contains(&said.len())
        && said.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':'))
        && longest < PHONE_DIGITS
        && digits < PHONE_DIGITS_APART;
    if is_code { said.to_owned() } else { "something that is no code".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sms::Maker;
    use crate::notify::makers;

    fn described() -> Answers {
        let text = "url = \"https://sms.example/\"\nsecret_file = \"x\"\nmessage_id = \"/data/id\"\n[body]\na = \"${phone}\"\n\
            [accepted]\npointer = \"/code\"\nequals = \"0\"\n[refusals]\n\"isv.AMOUNT*\" = \"bill\"\n\"12\" = \"number\"\n";
        Answers::new(&toml::from_str(text).expect("parses"), None)
    }

    fn by(maker: Maker) -> Answers {
        let text = "url = \"https://sms.example/\"\nsecret_file = \"x\"\n[body]\na = \"${phone}\"\n";
        Answers::new(&toml::from_str(text).expect("parses"), Some(makers::known(maker)))
    }

    #[test]
    fn an_answer_is_good_only_when_it_says_so_and_final_only_when_it_is_about_the_number() {
        use Outcome as O;
        for (status, body, means) in [
            (200, r#"{"code":0,"data":{"id":"b-1"}}"#, O::Sent(Some("b-1".into()))),
            (200, r#"{"code":"0"}"#, O::Sent(None)),
            (
                200,
                r#"{"code":"isv.AMOUNT_NOT_ENOUGH"}"#,
                O::Ours("the gateway wants to be paid: isv.AMOUNT_NOT_ENOUGH".into()),
            ),
            (
                500,
                r#"{"code":"isv.AMOUNT_NOT_ENOUGH"}"#,
                O::Ours("the gateway wants to be paid: isv.AMOUNT_NOT_ENOUGH".into()),
            ),
            (200, r#"{"code":12}"#, O::Refused("the gateway says that the number gets no messages: 12".into())),
            (
                200,
                r#"{"code":"isv.NEW"}"#,
                O::NotTaken("the gateway refused with a code that is not known here: isv.NEW".into()),
            ),
            (
                200,
                r#"{"code":"number 13812345678 is bad"}"#,
                O::NotTaken("the gateway refused with a code that is not known here: something that is no code".into()),
            ),
            (200, "<html>ok</html>", O::Unknown("the answer has no /code".into())),
            (200, "", O::Unknown("the answer has no /code".into())),
            (302, "", O::Ours("the gateway does not take how it is asked: 302 Found".into())),
            (400, "", O::NotTaken("the gateway refused with a code that is not known here: 400 Bad Request".into())),
            (401, "", O::Ours("the gateway does not know us: 401 Unauthorized".into())),
            (404, "", O::Ours("the gateway does not take how it is asked: 404 Not Found".into())),
            (429, "", O::NotTaken("the gateway has no time: 429 Too Many Requests".into())),
            (500, "", O::Unknown("the gateway failed: 500 Internal Server Error".into())),
            (503, "", O::NotTaken("the gateway has no time: 503 Service Unavailable".into())),
            (504, r#"{"code":"x"}"#, O::Unknown("the gateway failed: 504 Gateway Timeout, x".into())),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(described().judge(status, body.as_bytes()), means, "{status} {body}");
        }
        let text = "url = \"https://sms.example/\"\nsecret_file = \"x\"\n[body]\na = \"${phone}\"\n";
        let lax = Answers::new(&toml::from_str(text).expect("parses"), None);
        assert_eq!(lax.judge(StatusCode::ACCEPTED, b"fine"), Outcome::Sent(None));
    }

    /// Answers as the makers document them, and as their servers were seen to give them.
    #[test]
    fn the_makers_answers_are_read() {
        use Maker as M;
        use Outcome as O;
        for (maker, status, body, means) in [
            (
                M::Alibaba,
                200,
                r#"{"Code":"OK","Message":"OK","BizId":"9^0","RequestId":"R"}"#,
                O::Sent(Some("9^0".into())),
            ),
            (
                M::Alibaba,
                200,
                r#"{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发分钟级流控"}"#,
                O::NotTaken("the gateway takes no more for now: isv.BUSINESS_LIMIT_CONTROL".into()),
            ),
            (
                M::Alibaba,
                200,
                r#"{"Code":"isv.AMOUNT_NOT_ENOUGH"}"#,
                O::Ours("the gateway wants to be paid: isv.AMOUNT_NOT_ENOUGH".into()),
            ),
            (
                M::Alibaba,
                400,
                r#"{"Code":"SignatureDoesNotMatch"}"#,
                O::Ours("the gateway does not know us: SignatureDoesNotMatch".into()),
            ),
            (
                M::Alibaba,
                400,
                r#"{"Code":"Throttling.User"}"#,
                O::NotTaken("the gateway takes no more for now: Throttling.User".into()),
            ),
            (
                M::Alibaba,
                404,
                r#"{"Code":"InvalidAccessKeyId.NotFound"}"#,
                O::Ours("the gateway does not know us: InvalidAccessKeyId.NotFound".into()),
            ),
            (
                M::Tencent,
                200,
                r#"{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","Code":"Ok"}]}}"#,
                O::Sent(Some("5000:1".into())),
            ),
            (
                M::Tencent,
                200,
                r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}"#,
                O::Ours("the gateway does not know us: AuthFailure.SignatureFailure".into()),
            ),
            (
                M::Tencent,
                200,
                r#"{"Response":{"SendStatusSet":[{"SerialNo":"","Code":"LimitExceeded.PhoneNumberThirtySecondLimit"}]}}"#,
                O::NotTaken("the gateway takes no more for now: LimitExceeded.PhoneNumberThirtySecondLimit".into()),
            ),
            (
                M::Tencent,
                200,
                r#"{"Response":{"SendStatusSet":[{"Code":"FailedOperation.PhoneNumberInBlacklist"}]}}"#,
                O::Refused(
                    "the gateway says that the number gets no messages: FailedOperation.PhoneNumberInBlacklist".into(),
                ),
            ),
            (
                M::Tencent,
                200,
                r#"{"Response":{"Error":{"Code":"InternalError"}}}"#,
                O::Unknown("the gateway failed: InternalError".into()),
            ),
            (
                M::Huawei,
                200,
                r#"{"code":"000000","result":[{"status":"000000","smsMsgId":"m-1"}]}"#,
                O::Sent(Some("m-1".into())),
            ),
            (
                M::Huawei,
                200,
                r#"{"code":"E000510","description":"The SMS fails to be sent."}"#,
                O::NotTaken("the gateway takes no more for now: E000510".into()),
            ),
            (
                M::Huawei,
                200,
                r#"{"code":"E000510","result":[{"status":"E200028","smsMsgId":"m-1"}]}"#,
                O::Ours("the gateway does not take template, signature or wording: E200028".into()),
            ),
            (
                M::Huawei,
                401,
                r#"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information"}"#,
                O::Ours("the gateway does not know us: APIGW.0301".into()),
            ),
            (M::Mas, 200, r#"{"rspcod":"success","success":true,"msgGroup":"g-1"}"#, O::Sent(Some("g-1".into()))),
            (
                M::Mas,
                200,
                r#"{"rspcod":"IllegalMac","success":false,"msgGroup":""}"#,
                O::Ours("the gateway does not know us: IllegalMac".into()),
            ),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(by(maker).judge(status, body.as_bytes()), means, "{maker:?} {status} {body}");
        }
    }

    #[test]
    fn codes_are_kept_whole_and_numbers_of_phones_are_not() {
        let longest = format!("LimitExceeded.{}", "x".repeat(50));
        for code in ["E000510", "0", "VALVE:M_MC", "LimitExceeded.PhoneNumberThirtySecondLimit", &longest] {
            assert_eq!(code_only(code), code);
        }
        for no_code in ["", "13812345678", "138-1234-5678", "not in service", &format!("{longest}x"), "手机号错误"]
        {
            assert_eq!(code_only(no_code), "something that is no code", "{no_code}");
        }
    }
}
