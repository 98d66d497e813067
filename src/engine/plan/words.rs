use super::Plan;
pub(super) fn plan(_: &Plan) -> String {
    String::new()
}
