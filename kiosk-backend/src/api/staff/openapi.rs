//! The OpenAPI 3.1 document, generated from the table of endpoints and the types of what is posted and answered.

use axum::Json;
use kiosk_wire::Problem;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Answer, Body, Endpoint, endpoints};

/// `GET /api/openapi.json`
pub(super) async fn document() -> Json<Value> {
    Json(generate())
}

/// Answers' types, each once under `components`, as they are written: what is always there is required.
fn schemas() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = "/components/schemas".into();
    });
    settings.into_generator()
}

fn generate() -> Value {
    let mut schemas = schemas();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints() {
        let path = paths.entry(format!("/api{}", endpoint.path)).or_insert_with(|| json!({}));
        path[endpoint.method] = operation(&endpoint, &mut schemas);
    }
    let sign_out = json!({ "summary": "Sign out", "responses": { "204": { "description": "Done" } } });
    paths["/api/v1/sessions"]["delete"] = sign_out;
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
            "schemas": schemas.take_definitions(true),
        },
    })
}

fn operation(endpoint: &Endpoint, schemas: &mut SchemaGenerator) -> Value {
    let refusal = json!({
        "description": "Refused",
        "content": { Problem::MEDIA_TYPE: { "schema": schemas.subschema_for::<Problem>() } },
    });
    let content = match &endpoint.answer {
        Answer::File => json!({ "application/octet-stream": {} }),
        Answer::Json(of) => {
            let (schema, example) = of(schemas);
            json!({ "application/json": { "schema": schema, "example": example } })
        }
    };
    let mut operation = json!({
        "summary": endpoint.summary,
        "x-right": endpoint.wants.right().map(hall_rules::Right::code),
        "parameters": parameters(endpoint),
        "responses": { "200": { "description": "Done", "content": content }, "default": refusal },
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
