//! The fields of the form on paper, keyed in by the window on a page of their own: what was typed is never lost to an
//! error elsewhere.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::case::fields::{self, KeyError, Keyed, Keying};
use hall_rules::Right;
use hall_rules::catalogue::{AskedAt, Field, FieldKind};
use hall_rules::checks::{OrgCodeError, PhoneError};
use hall_rules::field::{MAX_TEXT, ValueError};
use kiosk_wire::{Code, Personal, SubmissionId};

use super::case::id_of;
use super::frame::{Here, Note, Shell, Tone};
use super::session::{Posted, SignedIn};
use super::words::{Lang, grouped};
use super::{Console, pages};
use crate::refused::Refused;

/// The fields of one case.
#[derive(Template)]
#[template(path = "fields.html")]
pub(super) struct FieldsPage {
    pub(super) shell: Shell,
    pub(super) case: SubmissionId,
    pub(super) keying: Keying,
    /// What was typed and not taken, by field.
    pub(super) typed: HashMap<String, String>,
    /// What is wrong with it, by field.
    pub(super) wrong: HashMap<String, String>,
}

impl FieldsPage {
    /// What stands in a field: what was typed, or what was keyed in.
    fn value(&self, field: &Field, keyed: &Option<Keyed>) -> String {
        self.typed
            .get(&field.code)
            .cloned()
            .or_else(|| keyed.as_ref().map(|keyed| keyed.value.expose().clone()))
            .unwrap_or_default()
    }

    fn has(&self, field: &Field, keyed: &Option<Keyed>, option: &str) -> bool {
        self.value(field, keyed).split('+').any(|code| code == option)
    }
}

impl Lang {
    /// What is wrong with a value, and what to do.
    fn value_error(&self, cause: &ValueError) -> String {
        let zh = match cause {
            ValueError::Missing => "这一项必填，不能清空".to_owned(),
            ValueError::TooLong => format!("最多 {MAX_TEXT} 个字"),
            ValueError::Control => "不能换行，也不能有控制字符".to_owned(),
            ValueError::Phone(PhoneError::TooShort(missing)) => format!("手机号 11 位，还差 {missing} 位"),
            ValueError::Phone(PhoneError::TooLong) => "手机号 11 位，多写了".to_owned(),
            ValueError::Phone(PhoneError::Prefix) => "手机号以 13 至 19 开头，座机前面加区号".to_owned(),
            ValueError::Phone(PhoneError::Character) => "电话只写数字，分机写在“转”后面".to_owned(),
            ValueError::Date => "写成 2026-11-23 这样的日期".to_owned(),
            ValueError::Number => "只写数字，如 12 或 12.5".to_owned(),
            ValueError::Choice => "请从选项里选".to_owned(),
            ValueError::OrgCode(OrgCodeError::Length) => "统一社会信用代码 18 位".to_owned(),
            ValueError::OrgCode(OrgCodeError::Character) => "只有数字和大写字母，没有 I、O、S、V、Z".to_owned(),
            ValueError::OrgCode(OrgCodeError::CheckDigit) => "最后一位对不上，请与执照核对".to_owned(),
        };
        match *self {
            Self::ZH => zh,
            Self::EN => cause.to_string(),
        }
    }
}

/// `GET /cases/{id}/fields`
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    show(&console, &me, id_of(&id)?, HashMap::new(), HashMap::new(), None).await
}

async fn show(
    console: &Console,
    me: &SignedIn,
    case: SubmissionId,
    typed: HashMap<String, String>,
    wrong: HashMap<String, String>,
    refused: Option<Refusal>,
) -> Result<Response, Refused> {
    let keying = fields::look(&console.app, &me.actor, case).await?;
    let lang = me.visitor.lang;
    let mut shell = console.shell(me, Here::Inbox).await?;
    shell.path = format!("/cases/{case}/fields");
    let mut status = StatusCode::OK;
    if !wrong.is_empty() {
        status = StatusCode::UNPROCESSABLE_ENTITY;
        let title = lang.t("有几项填得不对，一项也没有保存", "Some values are wrong; nothing was saved").to_owned();
        let body = lang.t("请改正标出的几项，再保存。", "Correct those that are marked and save again.").to_owned();
        shell.note = Some(Note { tone: Tone::Warn, title, body, code: Some(Code::InvalidValue.as_str()) });
    } else if let Some(refusal) = refused {
        let (title, body) = lang.problem(&refusal);
        status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT);
        shell.note = Some(Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) });
    }
    Ok(pages::respond(status, &FieldsPage { shell, case, keying, typed, wrong }))
}

/// `POST /cases/{id}/fields`
pub(super) async fn save(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(posted): Posted<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let seen = posted.iter().find(|(key, _)| key == "seen").and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    // Several options of one field are posted one by one.
    let mut typed: Vec<(String, String)> = Vec::new();
    for (code, value) in posted.iter().filter_map(|(key, value)| key.strip_prefix("field-").map(|code| (code, value))) {
        match typed.iter_mut().find(|(known, _)| known == code) {
            Some((_, known)) if known.is_empty() => known.clone_from(value),
            Some((_, known)) => *known = format!("{known}+{value}"),
            None => typed.push((code.to_owned(), value.clone())),
        }
    }
    let values = typed.iter().map(|(code, value)| (code.clone(), Personal::new(value.clone()))).collect();
    let typed = || typed.iter().cloned().collect();
    match fields::key_in(&console.app, &me.actor, id, seen, values).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(KeyError::Values(wrong)) => {
            let said = |(code, cause): &(String, ValueError)| (code.clone(), me.visitor.lang.value_error(cause));
            show(&console, &me, id, typed(), wrong.iter().map(said).collect(), None).await
        }
        Err(KeyError::Refused(refusal))
            if matches!(
                refusal.code(),
                Code::StalePage | Code::WrongState | Code::CaseClaimed | Code::InvalidValue
            ) =>
        {
            show(&console, &me, id, typed(), HashMap::new(), Some(refusal)).await
        }
        Err(KeyError::Refused(refusal)) => Err(Refused(refusal)),
    }
}
