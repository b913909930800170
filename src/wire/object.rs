//! Building a body.

use crate::socketio::Value;

/// Builds an object field by field; what is absent is left out.
pub(crate) struct Object<V>(Vec<(&'static str, V)>);

impl<V: Value> Object<V> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn value(&mut self, key: &'static str, value: V) -> &mut Self {
        self.0.push((key, value));
        self
    }

    pub(crate) fn text(&mut self, key: &'static str, text: &str) -> &mut Self {
        self.value(key, V::string(text))
    }

    pub(crate) fn number(&mut self, key: &'static str, number: f64) -> &mut Self {
        self.value(key, V::number(number))
    }

    pub(crate) fn boolean(&mut self, key: &'static str, flag: bool) -> &mut Self {
        self.value(key, V::boolean(flag))
    }

    pub(crate) fn texts(&mut self, key: &'static str, texts: &[String]) -> &mut Self {
        let texts = texts.iter().map(|text| V::string(text));
        self.value(key, V::array(texts.collect()))
    }

    pub(crate) fn maybe_text(&mut self, key: &'static str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    pub(crate) fn maybe_number(&mut self, key: &'static str, number: Option<f64>) -> &mut Self {
        match number {
            Some(number) => self.number(key, number),
            None => self,
        }
    }

    pub(crate) fn maybe(&mut self, key: &'static str, value: Option<V>) -> &mut Self {
        match value {
            Some(value) => self.value(key, value),
            None => self,
        }
    }

    pub(crate) fn build(&self) -> V {
        V::object(&self.0)
    }
}
