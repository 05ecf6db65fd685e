//! Data for a model that is trained further: read as the model reads them, whatever they look like.

use std::collections::HashSet;

use ndarray::Axis;
use serde::{Deserialize, Serialize};

use super::prepare::held_out;
use super::prepare::split::RowSplit;
use super::prepare::split::reader::SplitReader;
use super::report::{Exclusion, ExclusionReason, ReadReport};
use super::schema::options::{LoadObserver, LoadOptions, Missing};
use super::source::input::{Input, open};
use super::table::batch::Row;
use super::table::{Shape, idx};
use super::{
    Column, ColumnKind, Dataset, Encoding, HeldOut, InputColumn, Preprocessing, Source,
    SplitMethod, Target, Task, matrix,
};
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;
use util::text::brief;

/// Preprocessing and target of a model that is trained further.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartingModel {
    /// Conversion of raw values to network inputs.
    pub preprocessing: Preprocessing,
    /// Classes, or scale of the target.
    pub task: Task,
    /// Name of the predicted column.
    pub target: String,
}

impl StartingModel {
    /// Reads the table or the images of `source` with the columns and classes of the model.
    ///
    /// # Errors
    /// Those of [`crate::load_with`]; [`DataProblem::MissingFeature`], [`DataProblem::NewFeatures`],
    /// [`DataProblem::UnknownClass`] for data that the model does not fit.
    pub(super) fn load(
        &self,
        source: &Source,
        options: &LoadOptions,
        observer: &mut LoadObserver,
    ) -> Result<Dataset> {
        let input = open(source)?;
        if input.has_images {
            self.adopt(idx::load(source, input, options, observer)?)
        } else {
            self.load_table(source, input, options, observer)
        }
    }

    fn load_table(
        &self,
        source: &Source,
        input: Input,
        options: &LoadOptions,
        observer: &mut LoadObserver,
    ) -> Result<Dataset> {
        let mut dataset = self.empty(source);
        let mut report = ReadReport::default();
        let mut inspect = |shape: &Shape, sample: &[Row]| {
            report = ReadReport::of(shape, options, self.unused(shape, options)?);
            let target = shape.names.iter().position(|name| *name == self.target);
            let split = self.split_method(&options.split);
            SplitReader::new(&split, (shape, sample), target, options.dates.order)
        };
        let (rows, split) =
            held_out::read_table(source, input, &dataset, options, observer, &mut inspect)?;
        let HeldOut {
            values,
            target,
            lines,
            unknown_labels,
            unknown_texts,
            without_history,
            ..
        } = rows;
        if let Some((class, line)) = unknown_labels.first {
            let place = Place::whole(source.to_string()).at_line(line);
            return Err(Error::data(place, DataProblem::UnknownClass { class }));
        }
        report.rows = split.rows;
        report.targets = split.targets();
        report.without_history = without_history;
        let unknown = dataset.columns.iter().zip(unknown_texts);
        let unknown = unknown.filter(|(column, texts)| texts.count > 0 && !column.has_other());
        report.unknown_texts = unknown
            .map(|(column, texts)| (column.name.clone(), texts))
            .collect();
        let complete = |row: &usize| !values.row(*row).iter().any(|value| value.is_nan());
        let rows: Vec<usize> = match options.missing {
            Missing::Impute => (0..lines.len()).collect(),
            Missing::Drop => (0..lines.len()).filter(complete).collect(),
            Missing::Error => match (0..lines.len()).find(|row| !complete(row)) {
                None => (0..lines.len()).collect(),
                Some(row) => {
                    let place = Place::whole(source.to_string()).at_line(lines.of(row));
                    return Err(Error::data(place, DataProblem::MissingCell));
                }
            },
        };
        report.incomplete = lines.len() - rows.len();
        if rows.len() < 2 {
            let rows = rows.len();
            return Err(Error::in_source(
                source.to_string(),
                DataProblem::TooFewRows { rows },
            ));
        }
        dataset.values = values.select(Axis(0), &rows).into_shared();
        dataset.lines = std::sync::Arc::new(rows.iter().map(|&row| lines.of(row)).collect());
        dataset.target = match target {
            Target::Classes { names, labels } => Target::Classes {
                labels: rows.iter().map(|&row| labels[row]).collect(),
                names,
            },
            Target::Numbers(numbers) => {
                Target::Numbers(rows.iter().map(|&row| numbers[row]).collect())
            }
        };
        dataset.report = report;
        dataset.report.add_guessed_dates(split.guessed_dates());
        dataset.split = split.finish(source, &dataset.lines)?;
        dataset.test_fraction = options.test_fraction;
        Ok(dataset)
    }

    /// Returns the method of splitting that `asked` means for the inputs of the model.
    fn split_method(&self, asked: &SplitMethod) -> SplitMethod {
        let columns = &self.preprocessing.columns;
        match asked {
            SplitMethod::Auto if columns.iter().any(InputColumn::is_lag) => SplitMethod::Time(None),
            SplitMethod::Auto if columns.iter().all(InputColumn::is_date_part) => {
                let column = columns.first().map(|column| column.table_name().to_owned());
                SplitMethod::Time(column)
            }
            asked => asked.clone(),
        }
    }

    /// Creates a data set with the columns and classes of the model, and without rows.
    fn empty(&self, source: &Source) -> Dataset {
        let preprocessing = &self.preprocessing;
        let columns = preprocessing.columns.iter().map(|column| Column {
            name: column.name.clone(),
            column: column.column,
            derived: column.derived.clone(),
            kind: match &column.encoding {
                Encoding::Numeric { .. } => ColumnKind::Numeric,
                &Encoding::Cyclic { period, .. } => ColumnKind::Cyclic { period },
                Encoding::Boolean { no, yes, .. } => ColumnKind::Boolean {
                    no: no.clone(),
                    yes: yes.clone(),
                },
                Encoding::Categorical { values, other, .. } => ColumnKind::Categorical {
                    values: values.clone(),
                    other: *other,
                },
            },
            offset: column.offset,
        });
        let columns: Vec<Column> = columns.collect();
        Dataset {
            name: source.name(),
            source: source.to_string(),
            values: matrix(0, columns.len(), Vec::new()),
            columns,
            table_columns: preprocessing.table_columns,
            target_name: self.target.clone(),
            target_column: preprocessing.target_column,
            target: match &self.task {
                Task::Classification { classes } => Target::Classes {
                    names: classes.clone(),
                    labels: Vec::new(),
                },
                Task::Regression(_) => Target::Numbers(Vec::new()),
            },
            target_offset: self.task.scale().map_or(0.0, |scale| scale.offset),
            missing: preprocessing.missing.clone(),
            cell_format: preprocessing.cell_format,
            percent: preprocessing.percent.clone(),
            units: preprocessing.units.clone(),
            row_order: preprocessing.row_order.clone(),
            lines: Default::default(),
            validation: None,
            test: None,
            split: RowSplit::default(),
            test_fraction: 0.0,
            image: source.image(),
            report: ReadReport::default(),
            origin: None,
        }
    }

    /// Returns the columns of a table that the model does not use. It was trained on a table that had some of
    /// those too, but their names are not known any more.
    fn unused(&self, shape: &Shape, options: &LoadOptions) -> Result<Vec<Exclusion>> {
        if shape.header.is_none() {
            return Ok(Vec::new());
        }
        if let Some(asked) = &options.target
            && shape.names[shape.find_column(asked)?] != self.target
        {
            let target = &self.target;
            return Err(Error::Usage(say!(
                "base-target",
                "--target {asked}: the model predicts \"{target}\"",
                asked = brief(asked),
                target = brief(target)
            )));
        }
        let dropped = shape.find_columns(&options.drop)?;
        let columns = self.preprocessing.columns.iter();
        let names = columns.map(InputColumn::table_name);
        let known: HashSet<&str> = names.chain([self.target.as_str()]).collect();
        let is_known = |column: &usize| known.contains(shape.names[*column].as_str());
        if let Some(column) = dropped.iter().find(|column| is_known(column)) {
            let name = &shape.names[*column];
            return Err(Error::Usage(say!(
                "base-drop",
                "--drop: the model needs the column \"{name}\"",
                name = brief(name)
            )));
        }
        let unused: Vec<usize> = (0..shape.width())
            .filter(|column| !is_known(column))
            .collect();
        let others = unused.iter().filter(|column| !dropped.contains(column));
        let others: Vec<String> = others.map(|&column| shape.names[column].clone()).collect();
        if others.len() + known.len() > self.preprocessing.table_columns {
            let problem = DataProblem::NewFeatures { names: others };
            return Err(Error::data(shape.place(), problem));
        }
        let group = match &options.split {
            SplitMethod::Group(asked) => Some(shape.find_column(asked)?),
            _ => None,
        };
        let exclusion = |column: usize| {
            let reason = match column {
                _ if group == Some(column) => ExclusionReason::Groups,
                _ if dropped.contains(&column) => ExclusionReason::Dropped,
                _ => ExclusionReason::NotInModel,
            };
            Exclusion::of(shape, column, reason)
        };
        Ok(unused.into_iter().map(exclusion).collect())
    }

    /// Gives images the classes of the model.
    fn adopt(&self, mut dataset: Dataset) -> Result<Dataset> {
        let place = || Place::whole(dataset.source.clone());
        let pixels = self.preprocessing.columns.iter().map(|column| &column.name);
        if !pixels.eq(dataset.columns.iter().map(|column| &column.name)) {
            let problem = say!(
                "base-images",
                "the model was trained on other images, or on none"
            )
            .into();
            return Err(Error::data(place(), DataProblem::Images(problem)));
        }
        let classes = self.task.classes();
        let with_classes = |target: &Target| {
            let Target::Classes { names, labels } = target else {
                return Err(Error::data(
                    place(),
                    DataProblem::Images(say!("base-no-classes", "no classes").into()),
                ));
            };
            let label = |name: &String| {
                let found = classes.iter().position(|class| class == name);
                let class = || DataProblem::UnknownClass {
                    class: name.clone(),
                };
                found.ok_or_else(|| Error::data(place(), class()))
            };
            let of_name: Vec<usize> = names.iter().map(label).collect::<Result<_>>()?;
            let labels = labels.iter().map(|&label| of_name[label as usize] as u32);
            Ok(Target::Classes {
                names: classes.to_vec(),
                labels: labels.collect(),
            })
        };
        let target = with_classes(&dataset.target)?;
        let validation = dataset.validation.as_ref();
        let validation = validation
            .map(|rows| with_classes(&rows.target))
            .transpose()?;
        dataset.target = target;
        if let (Some(rows), Some(target)) = (&mut dataset.validation, validation) {
            rows.target = target;
        }
        Ok(dataset)
    }
}
