//! The signatures that the makers of gateways want, as their own SDKs make them.
//!
//! | Maker | Scheme | Signed |
//! |---|---|---|
//! | Alibaba Cloud | ACS3-HMAC-SHA256 | query and headers; the body is empty |
//! | Tencent Cloud | TC3-HMAC-SHA256 | body and two headers, under a key derived for the day and the service |
//! | Huawei Cloud | SDK-HMAC-SHA256 | headers; the body is declared unsigned |
//! | China Mobile's 云MAS | MD5 over the fields and the secret | the fields named below |
//!
//! The three clouds share one canonical form of a request, that of AWS Signature Version 4.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// What Huawei's SDK says instead of a hash of the body.
pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// A `POST` in the form in which it is signed.
pub(super) struct Canonical<'a> {
    /// As it is signed, which need not be as it is sent: Huawei's ends with a slash.
    pub(super) path: &'a str,
    /// Sorted and percent-encoded (RFC 3986), without the question mark.
    pub(super) query: &'a str,
    /// Names in lower case, sorted; values without blanks around them.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// The hash of the body, or what is said instead.
    pub(super) payload: &'a str,
}

impl Canonical<'_> {
    /// The names of what is signed.
    fn names(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }

    fn hash(&self) -> String {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (path, query, names) = (self.path, self.query, self.names());
        sha256_hex(format!("POST\n{path}\n{query}\n{headers}\n{names}\n{}", self.payload).as_bytes())
    }

    /// `Authorization` for Alibaba Cloud.
    pub(super) fn acs3(&self, key_id: &str, secret: &str) -> String {
        let signature = hmac_hex(secret, format!("ACS3-HMAC-SHA256\n{}", self.hash()).as_bytes());
        format!("ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={},Signature={signature}", self.names())
    }

    /// `Authorization` for Tencent Cloud's short messages; `day` is the UTC day of `seconds`.
    pub(super) fn tc3(&self, key_id: &str, secret: &str, day: &str, seconds: &str) -> String {
        let scope = format!("{day}/sms/tc3_request");
        let key = ["sms", "tc3_request"]
            .iter()
            .fold(hmac(format!("TC3{secret}").as_bytes(), day.as_bytes()), |key, part| hmac(&key, part.as_bytes()));
        let text = format!("TC3-HMAC-SHA256\n{seconds}\n{scope}\n{}", self.hash());
        let signature = hex::encode(hmac(&key, text.as_bytes()));
        let names = self.names();
        format!("TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    /// `Authorization` for Huawei Cloud; `date` as in the header `x-sdk-date`.
    pub(super) fn sdk(&self, key_id: &str, secret: &str, date: &str) -> String {
        let signature = hmac_hex(secret, format!("SDK-HMAC-SHA256\n{date}\n{}", self.hash()).as_bytes());
        format!("SDK-HMAC-SHA256 Access={key_id}, SignedHeaders={}, Signature={signature}", self.names())
    }
}

/// What 云MAS wants as `mac`: the MD5, in lower-case hex, of the fields one after the other, the secret third. Messages
/// by template have `templateId` before the numbers, and `params` instead of `content`.
pub(super) fn mas_mac(fields: &Map<String, Value>, secret: &str) -> String {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let said = if fields.contains_key("templateId") { text("params") } else { text("content") };
    let mut hash = Md5::new();
    for part in [
        text("ecName"),
        text("apId"),
        secret,
        text("templateId"),
        text("mobiles"),
        said,
        text("sign"),
        text("addSerial"),
    ] {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// HMAC-SHA256.
pub(super) fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    signer(key).chain_update(message).finalize().into_bytes().to_vec()
}

/// HMAC-SHA256 in hex.
pub fn hmac_hex(secret: &str, body: &[u8]) -> String {
    hex::encode(hmac(secret.as_bytes(), body))
}

/// Whether this is the HMAC-SHA256 of a message, compared in a time that tells nothing.
pub(super) fn is_hmac(key: &[u8], message: &[u8], mac: &[u8]) -> bool {
    signer(key).chain_update(message).verify_slice(mac).is_ok()
}

fn signer(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| unreachable!())
}

/// SHA-256 in hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each maker's own SDK sent for an invented key at 2023-11-14T22:13:20Z, recorded on loopback.
    #[test]
    fn requests_are_signed_as_the_makers_sdks_sign_them() {
        let none = sha256_hex(b"");
        let alibaba = Canonical {
            path: "/",
            query: "OutId=o-1&PhoneNumbers=13800000000&SignName=%E5%AE%9C%E6%98%A5%E6%94%BF%E5%8A%A1&\
                    TemplateCode=SMS_1&TemplateParam=%7B%22item%22%3A%22%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF%22%7D",
            headers: &[
                ("accept", "application/json"),
                ("host", "127.0.0.1:5601"),
                ("user-agent", "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2 hall"),
                ("x-acs-action", "SendSms"),
                ("x-acs-content-sha256", &none),
                ("x-acs-credentials-provider", "static_ak"),
                ("x-acs-date", "2023-11-14T22:13:20Z"),
                ("x-acs-signature-nonce", "nonce-0001"),
                ("x-acs-version", "2017-05-25"),
            ],
            payload: &none,
        };
        let body = r#"{"PhoneNumberSet": ["+8613800000000"], "SmsSdkAppId": "1400006666", "TemplateId": "1110", "SignName": "\u5b9c\u6625\u653f\u52a1", "TemplateParamSet": ["\u98df\u54c1\u7ecf\u8425\u8bb8\u53ef"], "SessionContext": "o-1"}"#;
        let hash = sha256_hex(body.as_bytes());
        let tencent = Canonical {
            path: "/",
            query: "",
            headers: &[("content-type", "application/json"), ("host", "localhost:5602")],
            payload: &hash,
        };
        let huawei = Canonical {
            path: "/sms/batchSendSms/v1/",
            query: "",
            headers: &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("host", "127.0.0.1:5601"),
                (
                    "user-agent",
                    "huaweicloud-usdk-python/3.0; os/Linux##1_SMP_PREEMPT_DYNAMIC_@0#x86_64 python/3.11.7 \
                     impl/CPython; app/e1b5baf8-7998-4886-baa2-1e5aa2811c47",
                ),
                ("x-sdk-content-sha256", UNSIGNED),
                ("x-sdk-date", "20231114T221320Z"),
            ],
            payload: UNSIGNED,
        };
        for (made, signature) in [
            (alibaba.acs3("testid", "testsecret"), "6863c23fe1b71726694df9432a3d9d0b9604c8cb7b39a72af479434b45ebc7b4"),
            (
                tencent.tc3("testid", "testkey", "2023-11-14", "1700000000"),
                "f955c96097f01c068766ecd428851240889d5dee728be57810b25a946f739ad8",
            ),
            (
                huawei.sdk("testak", "testsk", "20231114T221320Z"),
                "36fc9e94537cfa90f2df204e0a73efc756ea93b101168451909c175738c9618c",
            ),
        ] {
            assert!(made.ends_with(&format!("Signature={signature}")), "{made}");
        }
    }

    #[test]
    fn mas_is_given_the_md5_of_its_fields_with_quotation_marks_as_they_are() {
        let fields = |more: Value| {
            let mut fields =
                serde_json::json!({ "ecName": "某市", "apId": "ap", "mobiles": "13800000000", "sign": "SIGN" });
            let all = fields.as_object_mut().expect("an object");
            all.extend(more.as_object().expect("an object").clone());
            mas_mac(all, "sk")
        };
        assert_eq!(
            fields(serde_json::json!({ "content": "正文\"引号\"", "addSerial": "" })),
            "e7b0c719a2da30a6b4cb89ee080e0e0c"
        );
        // printf '某市apskT113800000000["食品"]SIGN' | md5sum
        assert_eq!(
            fields(serde_json::json!({ "templateId": "T1", "params": "[\"食品\"]" })),
            "7a00e0976be78b6108b043f36d8ed841"
        );
    }
}
