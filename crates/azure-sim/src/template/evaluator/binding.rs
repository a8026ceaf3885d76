//! Parameters and variables, bound to their values.

use serde_json::{Map, Value};

use super::super::document::Variable;
use super::super::{TemplateError, constraint};
use super::{Evaluator, Frame};

impl Evaluator<'_> {
    /// Binds every parameter and evaluates every variable, so that their mistakes show at once.
    /// Returns the parameters in the order of their declaration.
    pub(crate) fn bind(&self) -> Result<Map<String, Value>, TemplateError> {
        self.refuse_undeclared()?;
        for (name, declaration) in &self.template.parameters {
            let supplied = self.parameters.borrow().get(name).cloned();
            if let Some(value) = supplied {
                constraint::check(name, declaration, &value, self)
                    .map_err(|e| e.at(&format!("properties.parameters.{name}")))?;
            } else {
                self.parameter(name)?;
            }
        }
        for name in self.template.variable_names() {
            self.variable(name)?;
        }
        let bound = self.parameters.borrow();
        Ok(self
            .template
            .parameters
            .iter()
            .filter_map(|(name, _)| Some((name.clone(), bound.get(name)?.clone())))
            .collect())
    }

    /// Supplied names are matched without case to the declared ones.
    fn refuse_undeclared(&self) -> Result<(), TemplateError> {
        let supplied = std::mem::take(&mut *self.parameters.borrow_mut());
        let mut known = Map::new();
        let mut unknown = Vec::new();
        for (name, value) in supplied {
            match self.template.parameter(&name) {
                Some((declared, _)) => {
                    known.insert(declared.to_owned(), value);
                }
                None => unknown.push(name),
            }
        }
        *self.parameters.borrow_mut() = known;
        if unknown.is_empty() {
            return Ok(());
        }
        let declared: Vec<&str> = self
            .template
            .parameters
            .iter()
            .map(|(n, _)| n.as_str())
            .collect();
        Err(TemplateError::validation(format_args!(
            "The template parameters '{}' in the parameters file are not valid; they are not \
             present in the original template and can therefore not be provided at deployment \
             time. The only supported parameters for this template are '{}'. Please see \
             https://aka.ms/arm-pass-parameter-values for usage details.",
            unknown.join(", "),
            declared.join(", ")
        ))
        .at("properties.template.parameters"))
    }

    pub(super) fn parameter(&self, name: &str) -> Result<Value, TemplateError> {
        let Some((name, declaration)) = self.template.parameter(name) else {
            return Err(TemplateError::new(format!(
                "The template parameter '{name}' is not found. Please see \
                 https://aka.ms/arm-syntax-parameters for usage details."
            )));
        };
        if let Some(value) = self.parameters.borrow().get(name) {
            return Ok(value.clone());
        }
        let path = format!("properties.template.parameters.{name}");
        let Some(default) = &declaration.default else {
            if declaration.nullable {
                return Ok(Value::Null);
            }
            return Err(TemplateError::validation(format_args!(
                "The value for the template parameter '{name}' is not provided. Please see \
                 https://aka.ms/arm-create-parameter-file for usage details."
            ))
            .at(&path));
        };
        let frame = Frame {
            default: true,
            fixed: true,
            ..Frame::default()
        };
        let value = self
            .enter(&format!("parameters('{name}')"), || {
                self.value(default, &frame)
            })
            .and_then(|value| {
                constraint::check(name, declaration, &value, self)?;
                Ok(value)
            })
            .map_err(|error| {
                error
                    .framed(|m| {
                        format!(
                            "Deployment template validation failed: 'The template parameter \
                             '{name}' is not valid: {m}'."
                        )
                    })
                    .at(&path)
            })?;
        self.parameters
            .borrow_mut()
            .insert(name.to_owned(), value.clone());
        Ok(value)
    }

    pub(super) fn variable(&self, name: &str) -> Result<Value, TemplateError> {
        let key = name.to_lowercase();
        if let Some(value) = self.variables.borrow().get(&key) {
            return Ok(value.clone());
        }
        let Some((declared, raw)) = self.template.variable(name) else {
            return Err(TemplateError::new(format!(
                "The template variable '{name}' is not found. Please see \
                 https://aka.ms/arm-syntax-variables for usage details."
            )));
        };
        let frame = Frame {
            fixed: true,
            ..Frame::default()
        };
        let value = self
            .enter(&format!("variables('{declared}')"), || match raw {
                Variable::Plain(raw) => self.value(raw, &frame),
                Variable::Copied(copy) => self.copied(copy, &frame),
            })
            .map_err(|error| {
                error
                    .framed(|m| {
                        format!(
                            "Deployment template validation failed: 'The template variable \
                             '{declared}' is not valid: {m}'."
                        )
                    })
                    .at(&format!("properties.template.variables.{declared}"))
            })?;
        self.variables.borrow_mut().insert(key, value.clone());
        Ok(value)
    }
}
