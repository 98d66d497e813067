//! Files that come with a request, by the GraphQL multipart request specification.
//!
//! Only the reader of a multipart body can put a file into the variables: no JSON and no document gives a value of the kind that stands for one. What
//! stands in the variables is the file's place among those of the request, so that no message repeats content.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, InputValueError, InputValueResult, Result, Scalar, ScalarType, ServerError, Value};
use serde_json::Value as Json;

use super::errors::bad_user_input;
use super::params::{Params, bad};
use super::upload_places::UploadPlace;

/// A file until it is used.
type Unused = Mutex<Option<Arc<[u8]>>>;

/// The files of one request.
#[derive(Clone, Default)]
pub struct Uploads {
    files: Arc<[Unused]>,
    /// The request's place among those that are read: an act goes on when its client has gone, and holds the files until its end.
    _place: Option<Arc<UploadPlace>>,
}

impl std::fmt::Debug for Uploads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} files", self.files.len())
    }
}

/// A file, sent as a part of a `multipart/form-data` request after the GraphQL multipart request specification; the variable is null in `operations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload(u64);

/// A file, sent as a part of a `multipart/form-data` request after the GraphQL multipart request specification; the variable is null in `operations`.
#[Scalar(specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec")]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Binary(place) => match <[u8; 8]>::try_from(&place[..]) {
                Ok(place) => Ok(Self(u64::from_be_bytes(place))),
                Err(_) => Err(InputValueError::custom("this is no file of the request")),
            },
            _ => Err(InputValueError::custom("a file is sent as a part of a multipart request")),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Binary(_))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

impl Upload {
    /// The content of the file, for one act: a hundred of them on one file would draw a hundred pictures.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`
    pub fn content(self, ctx: &Context<'_>) -> Result<Arc<[u8]>> {
        let place = usize::try_from(self.0).unwrap_or(usize::MAX);
        let file = ctx.data_opt::<Uploads>().and_then(|uploads| uploads.files.get(place));
        let file = file.ok_or_else(|| bad_user_input("A file is sent as a part of a multipart request."))?;
        let content = file.lock().unwrap_or_else(PoisonError::into_inner).take();
        content.ok_or_else(|| bad_user_input("A file is for one field: send it once more for another one."))
    }
}

/// A multipart request whose first two parts were read, and whose files come.
pub struct Form {
    params: Params,
    names: Vec<String>,
    files: Vec<Option<Arc<[u8]>>>,
}

impl Form {
    /// From the parts `operations` and `map`: every path of the map must lead to a null in the variables, each to another one.
    ///
    /// # Errors
    /// `BAD_REQUEST`
    pub fn read(operations: Json, map: Json, most_files: usize) -> Result<Self, ServerError> {
        let mut params = Params::from_json(operations)?;
        let Json::Object(map) = map else { return Err(bad("`map` must be an object such as {\"0\": [\"variables.input.image\"]}.")) };
        if map.is_empty() {
            return Err(bad("`map` names no file: send requests without files as JSON."));
        }
        if map.len() > most_files {
            return Err(bad(format!("`map` names {} files, but at most {most_files} are taken in one request.", map.len())));
        }
        let mut names = Vec::new();
        for (name, paths) in map {
            let place = names.len() as u64;
            place_file(&mut params, &name, &paths, place)?;
            names.push(name);
        }
        let files = vec![None; names.len()];
        Ok(Self { params, names, files })
    }

    /// Takes the file of the part that [`Form::awaits`] gave this place.
    pub fn take(&mut self, place: usize, content: Vec<u8>) {
        if let Some(file) = self.files.get_mut(place) {
            *file = Some(content.into());
        }
    }

    /// The place of the file whose part has this name.
    ///
    /// # Errors
    /// `BAD_REQUEST`: the map does not name it, or it came already.
    pub fn awaits(&self, name: &str) -> Result<usize, ServerError> {
        match self.names.iter().position(|known| known == name) {
            None => Err(bad("A part of the request is not named in `map`; `operations` comes first, then `map`, then the files.")),
            Some(place) if self.files[place].is_some() => Err(bad(format!("The file {name:?} comes twice."))),
            Some(place) => Ok(place),
        }
    }

    /// The parameters and the files, when all of them came; with them goes the request's place.
    ///
    /// # Errors
    /// `BAD_REQUEST`
    pub fn finish(self, place: UploadPlace) -> Result<(Params, Uploads), ServerError> {
        let missing = || self.names.iter().zip(&self.files).find(|(_, file)| file.is_none()).map(|(name, _)| name);
        if let Some(name) = missing() {
            return Err(bad(format!("`map` names the file {name:?}, but no part of the request has this name.")));
        }
        let files = self.files.into_iter().flatten().map(|file| Mutex::new(Some(file))).collect();
        Ok((self.params, Uploads { files, _place: Some(Arc::new(place)) }))
    }
}

/// Puts the place of a file where its path leads. One path: who needs a file twice sends it twice.
fn place_file(params: &mut Params, name: &str, paths: &Json, place: u64) -> Result<(), ServerError> {
    let path = match paths.as_array().map(Vec::as_slice) {
        Some([Json::String(path)]) => path,
        _ => return Err(bad(format!("`map`: the file {name:?} needs a list of exactly one path, such as [\"variables.input.image\"]."))),
    };
    let lost = || bad(format!("`map`: the path of the file {name:?} leads to no null of the variables."));
    let mut steps = path.split('.');
    if steps.next() != Some("variables") {
        return Err(lost());
    }
    let mut target = steps.next().and_then(|first| params.variables.get_mut(first)).ok_or_else(lost)?;
    for step in steps {
        let next = match target {
            Value::Object(fields) => fields.get_mut(step),
            Value::List(items) => step.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
            _ => None,
        };
        target = next.ok_or_else(lost)?;
    }
    if *target != Value::Null {
        return Err(lost());
    }
    *target = Value::Binary(place.to_be_bytes().to_vec().into());
    Ok(())
}
