use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use upline::graphql::settings::Settings;

use super::server::Server;

#[tokio::test]
async fn each_operation_is_timed_and_names_are_bounded() {
    let recorder = PrometheusBuilder::new().build_recorder();
    // The test's runtime has one thread, so the server records here as well.
    let _guard = metrics::set_default_local_recorder(&recorder);
    let server = Server::with(Settings { operation_labels: 1, ..Settings::default() }).await;
    for document in ["query A { __typename }", "query A { leak }", "query B { __typename }", "mutation { touch }", "{"] {
        server.post(&json!({ "query": document })).await;
    }
    let text = recorder.handle().render();
    for labels in [
        "operation=\"A\",type=\"query\",code=\"OK\"",
        "operation=\"A\",type=\"query\",code=\"INTERNAL\"",
        "operation=\"other\",type=\"query\",code=\"OK\"",
        "operation=\"anonymous\",type=\"mutation\",code=\"OK\"",
        "operation=\"anonymous\",type=\"unknown\",code=\"GRAPHQL_PARSE_FAILED\"",
    ] {
        assert!(text.contains(&format!("graphql_operation_seconds_count{{{labels}}} 1")), "{labels} in\n{text}");
    }
}
