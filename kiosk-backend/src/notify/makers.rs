//! What is known of the gateways of certain makers, so that nobody has to describe it: how they sign, where their
//! answers say what, what their refusals mean, and what they want for a report.

use crate::config::sms::{Maker, RefusalClass};

use RefusalClass::{Bill, Key, Later, Number, Setup, Unclear, Words};

/// What is known of a maker's gateway. Pointers are JSON pointers (RFC 6901).
pub(super) struct Known {
    /// Headers of every request, unless the configuration has them.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// Where an answer may have its code; the first that is there says it.
    pub(super) codes: &'static [&'static str],
    /// The code of a message that was taken.
    pub(super) accepted: &'static str,
    /// Where the gateway's number of the message is.
    pub(super) message_id: &'static str,
    /// Codes of refusals; what ends with `*` stands for every code that begins so, and the longest fitting one counts.
    pub(super) refusals: &'static [(&'static str, RefusalClass)],
    /// How it reports deliveries.
    pub(super) report: KnownReport,
}

/// What is known of a maker's reports.
pub(super) struct KnownReport {
    pub(super) list: &'static str,
    pub(super) out_id: Option<&'static str>,
    pub(super) message_id: &'static str,
    pub(super) state: &'static str,
    /// Where the code of a failure is, where that is not the state.
    pub(super) code: Option<&'static str>,
    pub(super) delivered: &'static [&'static str],
    pub(super) pending: &'static [&'static str],
    /// What it wants to hear; empty: the status alone.
    pub(super) reply: &'static str,
}

/// What is known of a maker.
pub(super) fn known(maker: Maker) -> &'static Known {
    match maker {
        Maker::Alibaba => &ALIBABA,
        Maker::Tencent => &TENCENT,
        Maker::Huawei => &HUAWEI,
        Maker::Mas => &MAS,
    }
}

/// `SendSms` of 2017-05-25; <https://help.aliyun.com/document_detail/101346.html> has the codes.
static ALIBABA: Known = Known {
    headers: &[("x-acs-action", "SendSms"), ("x-acs-version", "2017-05-25")],
    codes: &["/Code"],
    accepted: "OK",
    message_id: "/BizId",
    refusals: &[
        ("isv.BUSINESS_LIMIT_CONTROL", Later),
        ("isv.DAY_LIMIT_CONTROL", Later),
        ("isv.MONTH_LIMIT_CONTROL", Later),
        ("isv.SMS_OVER_LIMIT", Later),
        ("VALVE:*", Later),
        ("Throttling*", Later),
        ("SignatureNonceUsed", Later),
        ("ServiceUnavailable*", Later),
        ("isp.SYSTEM_ERROR", Later),
        ("isp.GATEWAY_ERROR", Later),
        ("isv.AMOUNT_NOT_ENOUGH", Bill),
        ("isv.OUT_OF_SERVICE", Bill),
        ("isv.BILLING_DEDUCTION_ERROR", Bill),
        ("isv.ACCOUNT_NOT_EXISTS", Setup),
        ("isv.ACCOUNT_ABNORMAL", Setup),
        ("isv.PRODUCT_UN*", Setup),
        ("isv.DENY_IP_RANGE", Setup),
        ("isv.MOBILE_COUNT_OVER_LIMIT", Setup),
        ("isv.EXTEND_CODE_ERROR", Setup),
        ("isv.FORBIDDEN_ACTION", Setup),
        ("isv.RAM_CHECK_FAILED", Key),
        ("isp.RAM_PERMISSION_DENY", Key),
        ("SignatureDoesNotMatch", Key),
        ("IncompleteSignature", Key),
        ("InvalidAccessKeyId*", Key),
        ("Forbidden*", Key),
        ("InvalidTimeStamp*", Setup),
        ("Missing*", Setup),
        ("InvalidVersion", Setup),
        ("InvalidAction*", Setup),
        ("isv.SMS_TEMPLATE_ILLEGAL", Words),
        ("isv.SMS_SIGN*", Words),
        ("isv.SIGN*", Words),
        ("isv.SMS_CONTENT*", Words),
        ("isv.SMS_TEST*", Words),
        ("isv.TEMPLATE*", Words),
        ("isv.CONTENT*", Words),
        ("isv.INVALID_PARAMETERS", Words),
        ("isv.INVALID_JSON_PARAM", Words),
        ("isv.PARAM*", Words),
        ("isv.UNSUPPORTED_CONTENT", Words),
        ("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", Words),
        ("FILTER", Words),
        ("isv.MOBILE_NUMBER_ILLEGAL", Number),
        ("isv.MOBILE_IN_BLACK", Number),
        ("MOBILE_IN_BLACK", Number),
        ("MOBILE_NOT_ON_SERVICE", Number),
        ("INVALID_NUMBER", Number),
    ],
    report: KnownReport {
        list: "",
        out_id: Some("/out_id"),
        message_id: "/biz_id",
        state: "/success",
        code: Some("/err_code"),
        delivered: &["true"],
        pending: &[],
        reply: r#"{"code":0,"msg":"OK"}"#,
    },
};

/// `SendSms` of 2021-01-11; <https://cloud.tencent.com/document/api/382/55981> has the codes.
static TENCENT: Known = Known {
    headers: &[("x-tc-action", "SendSms"), ("x-tc-version", "2021-01-11"), ("x-tc-region", "ap-guangzhou")],
    codes: &["/Response/Error/Code", "/Response/SendStatusSet/0/Code"],
    accepted: "Ok",
    message_id: "/Response/SendStatusSet/0/SerialNo",
    refusals: &[
        ("LimitExceeded*", Later),
        ("LimitExceeded.PhoneNumberCountLimit", Setup),
        ("RequestLimitExceeded*", Later),
        ("ResourceInsufficient*", Later),
        ("ResourceUnavailable*", Later),
        ("FailedOperation.FailResolvePacket", Later),
        ("FailedOperation.OtherError", Later),
        ("FailedOperation.MarketingSendTimeConstraint", Later),
        ("FailedOperation.InsufficientBalanceInSmsPackage", Bill),
        ("UnauthorizedOperation.SerivceSuspendDueToArrears", Bill), // the maker's own spelling
        ("UnauthorizedOperation.ServiceSuspendDueToArrears", Bill),
        ("AuthFailure*", Key),
        ("UnauthorizedOperation*", Key),
        ("UnauthorizedOperation.RequestIpNotInWhitelist", Setup),
        ("UnauthorizedOperation.SdkAppIdIsDisabled", Setup),
        ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", Setup),
        ("FailedOperation.ContainSensitiveWord", Words),
        ("FailedOperation.JsonParseFail", Words),
        ("FailedOperation.Signature*", Words),
        ("FailedOperation.Template*", Words),
        ("FailedOperation.MissingSignature*", Words),
        ("FailedOperation.MissingTemplate*", Words),
        ("FailedOperation*", Setup),
        ("FailedOperation.PhoneNumberInBlacklist", Number),
        ("InvalidParameterValue.IncorrectPhoneNumber", Number),
        ("InvalidParameterValue.ContentLengthLimit", Words),
        ("InvalidParameterValue.Template*", Words),
        ("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", Words),
        ("InvalidParameterValue*", Setup),
        ("InvalidParameter*", Setup),
        ("MissingParameter*", Setup),
        ("UnknownParameter*", Setup),
        ("UnsupportedOperation*", Setup),
        ("UnsupportedRegion*", Setup),
        ("InvalidAction*", Setup),
        ("NoSuchVersion*", Setup),
        ("InternalError*", Unclear),
        ("InternalError.RequestTimeException", Setup), // our clock
        ("InternalError.SigVerificationFail", Key),
        ("InternalError.SigFieldMissing", Key),
        ("InternalError.RestApiInterfaceNotExist", Setup),
        ("InternalError.JsonParseFail", Setup),
    ],
    report: KnownReport {
        list: "",
        out_id: None,
        message_id: "/sid",
        state: "/report_status",
        code: Some("/errmsg"),
        delivered: &["SUCCESS"],
        pending: &[],
        reply: r#"{"result":0,"errmsg":"OK"}"#,
    },
};

/// `batchSendSms/v1`; <https://support.huaweicloud.com/api-msgsms/sms_05_0050.html> has the codes. What the number got
/// stands in `result`; `E000510` above it only says that it got something else than a yes.
static HUAWEI: Known = Known {
    headers: &[("x-sdk-content-sha256", super::signing::UNSIGNED)],
    codes: &["/result/0/status", "/code", "/error_code"],
    accepted: "000000",
    message_id: "/result/0/smsMsgId",
    refusals: &[
        ("E000000", Setup),
        ("E0000*", Key),
        ("E0001*", Key),
        ("E000106", Setup),
        ("E000109", Setup),
        ("E000110", Setup), // our clock
        ("E000112", Bill),
        ("E000503", Setup),
        ("E000504", Setup),
        ("E000510", Later),
        ("E000511", Words),
        ("E000620", Setup),
        ("E000623", Later),
        ("E200015", Later),
        ("E200028", Words),
        ("E200029", Words),
        ("E200030", Words),
        ("E200031", Setup),
        ("E200033", Words),
        ("E200041", Later),
        ("APIGW.0301", Key),
        ("APIGW.0308", Later),
        ("APIGW*", Setup),
    ],
    report: KnownReport {
        list: "/statusReportList",
        out_id: None,
        message_id: "/smsMsgId",
        state: "/status",
        code: None,
        delivered: &["DELIVRD"],
        pending: &["ACCEPTD", "UNKNOWN"],
        reply: "",
    },
};

/// `norsubmit` and `tmpsubmit` of the interface's description, version 2. `success` means that the batch was taken.
static MAS: Known = Known {
    headers: &[],
    codes: &["/rspcod"],
    accepted: "success",
    message_id: "/msgGroup",
    refusals: &[
        ("IllegalMac", Key),
        ("InvalidUsrOrPwd", Key),
        ("IllegalSignId", Words),
        ("NoSignId", Words),
        ("InvalidMessage", Setup),
        ("TooManyMobiles", Setup),
        ("NOT_WHITE_IP", Setup),
    ],
    report: KnownReport {
        list: "",
        out_id: None,
        message_id: "/msgGroup",
        state: "/errorCode",
        code: None,
        delivered: &["DELIVRD", "CM:0000"],
        pending: &[],
        reply: "",
    },
};

/// What a refusal's code means in a table: the exact line, or else the longest that it begins with.
pub(super) fn class<'a>(lines: impl Iterator<Item = (&'a str, RefusalClass)>, code: &str) -> Option<RefusalClass> {
    let fits = |line: &str| match line.strip_suffix('*') {
        Some(begin) => code.starts_with(begin),
        None => code == line,
    };
    // A star counts less than any letter: of two equally long ones the exact one wins.
    lines
        .filter(|(line, _)| fits(line))
        .max_by_key(|(line, _)| line.trim_end_matches('*').len() * 2 + usize::from(!line.ends_with('*')))
        .map(|(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_class_and_unknown_ones_have_none() {
        use Maker as M;
        for (maker, code, expected) in [
            (M::Alibaba, "isv.BUSINESS_LIMIT_CONTROL", Some(Later)),
            (M::Alibaba, "isv.AMOUNT_NOT_ENOUGH", Some(Bill)),
            (M::Alibaba, "SignatureDoesNotMatch", Some(Key)),
            (M::Alibaba, "Throttling.User", Some(Later)),
            (M::Alibaba, "Throttling", Some(Later)),
            (M::Alibaba, "isv.SMS_SIGNATURE_ILLEGAL", Some(Words)),
            (M::Alibaba, "isv.TEMPLATE_MISSING_PARAMETERS", Some(Words)),
            (M::Alibaba, "isv.MOBILE_NUMBER_ILLEGAL", Some(Number)),
            (M::Alibaba, "isv.BLACK_KEY_CONTROL_LIMIT", None),
            (M::Alibaba, "isv.SOMETHING_NEW", None),
            (M::Tencent, "LimitExceeded.PhoneNumberThirtySecondLimit", Some(Later)),
            (M::Tencent, "LimitExceeded.PhoneNumberCountLimit", Some(Setup)),
            (M::Tencent, "FailedOperation.InsufficientBalanceInSmsPackage", Some(Bill)),
            (M::Tencent, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Some(Words)),
            (M::Tencent, "FailedOperation.PhoneNumberInBlacklist", Some(Number)),
            (M::Tencent, "FailedOperation.SomethingNew", Some(Setup)),
            (M::Tencent, "AuthFailure.SignatureFailure", Some(Key)),
            (M::Tencent, "InternalError.Timeout", Some(Unclear)),
            (M::Tencent, "SomethingNew", None),
            (M::Huawei, "E000510", Some(Later)),
            (M::Huawei, "E000105", Some(Key)),
            (M::Huawei, "E000112", Some(Bill)),
            (M::Huawei, "E200028", Some(Words)),
            (M::Huawei, "E999999", None),
            (M::Mas, "IllegalMac", Some(Key)),
            (M::Mas, "NoSignId", Some(Words)),
            (M::Mas, "SomethingNew", None),
        ] {
            assert_eq!(class(known(maker).refusals.iter().copied(), code), expected, "{maker:?} {code}");
        }
    }

    /// What ends a message is about its recipient and nothing else; every other refusal keeps it.
    #[test]
    fn no_line_is_there_twice_and_few_are_final() {
        for maker in [Maker::Alibaba, Maker::Tencent, Maker::Huawei, Maker::Mas] {
            let lines = known(maker).refusals;
            for (n, (line, class)) in lines.iter().enumerate() {
                assert!(lines[..n].iter().all(|(other, _)| other != line), "{maker:?} {line}");
                let about_a_number = ["MOBILE", "NUMBER", "PhoneNumber"].iter().any(|word| line.contains(word));
                assert!(*class != Number || about_a_number, "{maker:?} {line}");
            }
        }
    }
}
