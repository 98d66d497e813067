use super::Plan;
pub(super) fn warnings(_: &Plan) -> Vec<String> {
    Vec::new()
}
