//! Filling in: values into described texts, and described bodies into what is sent.

use serde_json::Value;

/// Stands for the values of a template: as the whole of a text it becomes the list or table itself.
pub(super) const VALUES: &str = "values";

/// Fills in `${name}`; the name of what there is not.
pub(super) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        out.push_str(before);
        out.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Fills in the texts of a JSON value: what is filled in can never become structure. Only `values` can, which are
/// described as structure and filled in the same way.
pub(super) fn fill_json(value: &Value, filled: &impl Fn(&str) -> String, values: &Value) -> Value {
    match value {
        Value::String(text) if text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) == Some(VALUES) => {
            fill_json(values, filled, &Value::Null)
        }
        Value::String(text) => Value::String(filled(text)),
        Value::Array(all) => all.iter().map(|one| fill_json(one, filled, values)).collect(),
        Value::Object(all) => all.iter().map(|(key, one)| (key.clone(), fill_json(one, filled, values))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A flat object as a form; what is nested goes as JSON text, as gateways want their template's values.
pub(super) fn form(body: &Value) -> String {
    let pairs = body.as_object().into_iter().flatten().map(|(key, value)| (key, as_text(value)));
    let url = reqwest::Url::parse_with_params("http://form/", pairs);
    url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// A flat object as a query in the form in which clouds sign it: sorted by name, and percent-encoded as RFC 3986 has it
/// (2.3), which is a form's encoding but for three characters.
pub(super) fn query(body: &Value) -> String {
    let form = form(body).replace('+', "%20").replace('*', "%2A").replace("%7E", "~");
    let mut pairs: Vec<&str> = form.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// A value as text: what is nested as JSON.
pub(super) fn as_text(value: &Value) -> String {
    word(value).unwrap_or_else(|| value.to_string())
}

/// All texts within, each with where it stands.
pub(super) fn strings(key: String, value: &Value) -> Vec<(String, &str)> {
    match value {
        Value::String(text) => vec![(key, text)],
        Value::Array(all) => all.iter().flat_map(|one| strings(key.clone(), one)).collect(),
        Value::Object(all) => all.iter().flat_map(|(name, one)| strings(format!("{key}.{name}"), one)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// A text, number or truth as it is written.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_filled_in_never_becomes_structure() {
        let body = json!({ "to": ["${a}"], "n": 1, "text": "<${a}> ${b}", "all": "${values}" });
        let filled = |text: &str| fill(text, |name| Some(format!("{name}\",\"x\":\"${{b}}"))).expect("fills");
        let made = fill_json(&body, &filled, &json!(["${a}", "${values}"]));
        assert_eq!(made["to"][0], "a\",\"x\":\"${b}", "a value's own placeholders stay text");
        assert_eq!(made.as_object().expect("an object").len(), 4);
        assert_eq!(made["all"], json!(["a\",\"x\":\"${b}", null]), "values are a list, and hold no values");
        assert_eq!(form(&json!({ "a b": "1&c=2", "d": { "k": "v" } })), "a+b=1%26c%3D2&d=%7B%22k%22%3A%22v%22%7D");
        assert_eq!(fill("${phoen}", |_| None), Err("phoen".to_owned()));
        assert_eq!(fill("100 ${", |_| None), Err(String::new()));
    }

    #[test]
    fn a_signed_query_is_encoded_as_the_clouds_encode_it() {
        let body = json!({ "SignName": "宜春政务", "OutId": "o-1", "TemplateParam": { "item": "a b*~" } });
        assert_eq!(
            query(&body),
            "OutId=o-1&SignName=%E5%AE%9C%E6%98%A5%E6%94%BF%E5%8A%A1&TemplateParam=%7B%22item%22%3A%22a%20b%2A~%22%7D"
        );
    }
}
