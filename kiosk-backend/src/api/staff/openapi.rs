//! The OpenAPI 3.1 document, generated from the table of endpoints and the examples.

use axum::Json;
use kiosk_wire::{Code, Problem};
use serde_json::{Map, Value, json};

use super::{Body, Endpoint, endpoints};

/// `GET /api/openapi.json`
pub(super) async fn document() -> Json<Value> {
    Json(generate())
}

fn generate() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints() {
        let path = paths.entry(format!("/api{}", endpoint.path)).or_insert_with(|| json!({}));
        path[endpoint.method] = operation(&endpoint);
    }
    let sign_out = json!({ "summary": "Sign out", "responses": { "204": { "description": "Done" } } });
    paths["/api/v1/sessions"]["delete"] = sign_out;
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hall staff interface",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Ids are UUIDs; times are milliseconds since the epoch; a value that is not there is null.",
        },
        "security": [{ "session": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "session": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Problem": {
                "type": "object",
                "required": ["code", "status", "title"],
                "properties": {
                    "code": { "type": "string", "enum": codes },
                    "status": { "type": "integer" },
                    "title": { "type": "string" },
                    "detail": { "type": "string" },
                    "field": { "type": "string" },
                    "server_ms": { "type": "integer" },
                },
            } },
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let example = (endpoint.answer)();
    let refusal = json!({
        "description": "Refused",
        "content": { Problem::MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let mut operation = json!({
        "summary": endpoint.summary,
        "x-right": endpoint.wants.right().map(hall_rules::Right::code),
        "parameters": parameters(endpoint),
        "responses": { "200": { "description": "Done", "content": content(&example) }, "default": refusal },
    });
    if let Some(body) = posted(&endpoint.body) {
        operation["requestBody"] = json!({ "required": true, "content": body });
    }
    if endpoint.path == "/v1/sessions" {
        operation["security"] = json!([]);
    }
    operation
}

fn posted(body: &Body) -> Option<Value> {
    match body {
        Body::None => None,
        Body::Json(schema) => Some(json!({ "application/json": { "schema": schema() } })),
        Body::File => {
            let file = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
            let schema = json!({ "type": "object", "required": ["file"], "properties": { "file": file } });
            Some(json!({ "multipart/form-data": { "schema": schema } }))
        }
    }
}

/// What an answer carries: JSON of this shape, or a file.
fn content(example: &Value) -> Value {
    if example.is_null() {
        return json!({ "application/octet-stream": {} });
    }
    json!({ "application/json": { "schema": schema(example), "example": example } })
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let mut all = Vec::new();
    if endpoint.path.contains("{id}") {
        all.push(
            json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }),
        );
    }
    if endpoint.path.contains("{n}") {
        all.push(json!({ "name": "n", "in": "path", "required": true, "schema": { "type": "integer" } }));
    }
    for (name, what) in endpoint.query {
        all.push(json!({ "name": name, "in": "query", "description": what, "schema": { "type": "string" } }));
    }
    all
}

fn is_pair(members: &[Value]) -> bool {
    matches!(members, [first, second] if first.is_string() || schema(first) != schema(second))
}

/// The shape of an example.
fn schema(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        // Pairs, as of id and name, are arrays of unlike members.
        Value::Array(members) if is_pair(members) => {
            json!({ "type": "array", "prefixItems": members.iter().map(schema).collect::<Vec<_>>() })
        }
        Value::Array(members) => json!({ "type": "array", "items": members.first().map_or_else(|| json!({}), schema) }),
        Value::Object(fields) => {
            let properties: Map<String, Value> =
                fields.iter().map(|(name, value)| (name.clone(), schema(value))).collect();
            json!({ "type": "object", "properties": properties })
        }
    }
}
