//! Sessions like another one, on other rows.

use std::sync::Arc;

use super::{Session, Start};
use crate::data::{Dataset, Prepared, Split, prepare_split};
use crate::error::{Error, Result};
use crate::nn::ParameterId;
use crate::nn::engine::Resources;
use crate::train::Plan;

/// All that a session starts from, except the choice of rows.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub dataset: Arc<Dataset>,
    pub plan: Plan,
    /// Initial values of parameters.
    pub initial_values: Vec<(ParameterId, f32)>,
    /// Network from whose parameters the training starts, if they are not drawn.
    pub start: Option<Arc<Start>>,
    pub resources: Resources,
}

impl Recipe {
    /// Returns the sets of rows that the plan chooses.
    ///
    /// # Errors
    /// Those of [`Split::of`].
    pub fn split(&self) -> Result<Split> {
        Split::of(&self.dataset, self.plan.validation, self.plan.seed)
    }

    /// Encodes the rows of `split`, with the targets of the plan.
    ///
    /// # Errors
    /// Those of [`prepare_split`] and [`Prepared::with_targets`].
    pub fn prepared(&self, split: Split) -> Result<Arc<Prepared>> {
        let data = prepare_split(&self.dataset, split)?;
        Ok(Arc::new(data.with_targets(self.plan.targets)?))
    }

    /// Creates a session that trains on the rows of `split`.
    ///
    /// # Errors
    /// Those of [`Session::new`]; [`Error::Usage`] if the network lacks a parameter with an initial value.
    pub fn session(&self, split: Split) -> Result<Session> {
        let mut session = Session::before_first_step(self.clone(), self.prepared(split)?)?;
        session
            .set_initial_values(&self.initial_values)
            .map_err(|problem| Error::Usage(format!("--set: {problem}")))?;
        Ok(session)
    }

    /// Creates a session that trains on training and validation rows.
    ///
    /// # Errors
    /// Those of [`split`](Self::split) and [`session`](Self::session).
    pub(crate) fn session_on_all(&self) -> Result<Session> {
        self.session(self.split()?.with_all_training())
    }
}

impl Session {
    /// Returns what another session with the settings in force starts from.
    pub(crate) fn recipe_in_force(&self) -> Recipe {
        let plan = self.now.clone();
        let sizes = self.architecture().sizes();
        let mut recipe = Recipe {
            plan,
            ..self.recipe()
        };
        // Changes of the hidden layers may have removed some.
        recipe.initial_values.retain(|(id, _)| id.is_in(sizes));
        recipe
    }

    /// Returns what this session has started from.
    pub(crate) fn recipe(&self) -> Recipe {
        Recipe {
            dataset: Arc::clone(&self.dataset),
            plan: self.plan.clone(),
            initial_values: self.initial_values.clone(),
            start: self.start.clone(),
            resources: self.resources,
        }
    }
}
