use std::fs;

use ndarray::array;

use crate::{Dataset, dataset_of};

use super::*;

fn trained_on(text: &str, target: &str) -> Preprocessing {
    let dataset: Dataset = dataset_of(text.as_bytes(), Some(target)).expect("loads");
    let rows: Vec<u32> = (0..dataset.rows() as u32).collect();
    Preprocessing::fit(&dataset, &rows).expect("fits").0
}

fn read(text: &str, wanted: &Preprocessing) -> Result<PredictionInput> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.csv");
    fs::write(&path, text).expect("written");
    let input = read_for_prediction(&Source::File(path), wanted);
    // The folder's name is not the same twice; messages are compared without it.
    input.map_err(|error| match error {
        Error::Data { mut place, problem } => {
            place.source = "new.csv".into();
            Error::data(*place, problem)
        }
        other => other,
    })
}

fn message(text: &str, wanted: &Preprocessing) -> String {
    read(text, wanted).expect_err("refused").to_string()
}

const TRAINING: &str = "kind,a,same,b\nx,1,7,2\ny,3,7,4\nx,3,7,4\ny,3,7,5\n";

#[test]
fn columns_are_found_by_name_in_any_order() {
    let wanted = trained_on(TRAINING, "kind");
    let text = "b,note,a\n10,\"so, so\",20\n30,,40\n";
    let input = read(text, &wanted).expect("reads");
    assert_eq!(input.raw, array![[20.0, 10.0], [40.0, 30.0]]);
    assert_eq!(
        input.header.as_deref(),
        Some(&["b", "note", "a"].map(String::from)[..])
    );
    assert_eq!(input.cells[0][1], "so, so");
    assert_eq!((input.lines.as_slice(), input.rows()), (&[2, 3][..], 2));
    assert_eq!(
        message("B,same,kind\n1,2,x\n", &wanted),
        "new.csv: the model needs a column \"a\", and the file has none of that name; \
         the columns are \"B\", \"same\", \"kind\""
    );
    assert_eq!(
        message("a,b\n1,x\n", &wanted),
        "new.csv, line 2, column 2 (b): expected a number, found \"x\""
    );
}

#[test]
fn the_name_of_a_missing_target_is_not_that_of_a_feature() {
    let wanted = trained_on("kind,king,b\nx,1,2\ny,3,4\nx,3,5\ny,2,5\n", "kind");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.csv");
    for (header, suggestion) in [
        ("king,b,kin", "did you mean \"kin\"?"),
        ("king,b,other", "the columns are \"king\", \"b\", \"other\""),
    ] {
        fs::write(&path, format!("{header}\n1,2,x\n")).expect("written");
        let source = Source::File(path.clone());
        let rows = PredictionRows::open(&source, &Reading::default(), &wanted).expect("opens");
        let problem = rows.target_column("kind").expect_err("missing").to_string();
        assert!(problem.ends_with(suggestion), "{problem}");
    }
}

#[test]
fn without_a_header_positions_count_with_or_without_the_class() {
    let wanted = trained_on(TRAINING, "kind");
    let with = read("x,20,7,10\ny,40,7,30\n", &wanted).expect("reads");
    let without = read("20,7,10\n40,7,30\n", &wanted).expect("reads");
    assert_eq!(with.raw, array![[20.0, 10.0], [40.0, 30.0]]);
    assert_eq!(with.raw, without.raw);
    assert_eq!(
        (with.header, without.names.concat()),
        (None, "c1c2c3".into())
    );
    assert_eq!(
        message("20,10\n40,30\n", &wanted),
        "new.csv: the file has no header and 2 columns; the model was trained on 3 feature \
         columns, with or without the class"
    );
}

#[test]
fn the_time_to_find_columns_is_linear_in_their_number() {
    let seconds = |columns: usize| {
        let line = |cell: &dyn Fn(usize) -> String| {
            let cells: Vec<String> = (0..columns).map(cell).collect();
            cells.join(",")
        };
        let names = line(&|column| format!("x{column}"));
        let rows = [1, 2].map(|row| line(&|column| (row + column).to_string()));
        let text = format!("{names},kind\n{},a\n{},b\n", rows[0], rows[1]);
        let wanted = trained_on(&text, "kind");
        // Others may use the processor, too.
        let tries = (0..3).map(|_| {
            let start = std::time::Instant::now();
            let input = read(&text, &wanted).expect("reads");
            assert_eq!(input.raw[[1, columns - 1]], columns as f32 + 1.0);
            start.elapsed().as_secs_f64()
        });
        tries.fold(f64::INFINITY, f64::min)
    };
    let ratio = seconds(64_000) / seconds(4_000);
    // 16 if it is linear, 256 if it is quadratic.
    assert!(ratio < 64.0, "{ratio}");
}

#[test]
fn a_name_the_model_knows_makes_a_header() {
    let wanted = trained_on("2019,2020,kind\n1.5,2,x\n3,4,y\n3,5,x\n3,5,y\n", "kind");
    let input = read("2020,2019\n1,2\n", &wanted).expect("reads");
    assert_eq!(input.raw, array![[2.0, 1.0]]);
    assert_eq!(
        message("2020,2019\n", &wanted),
        "new.csv: there are no rows of data in it"
    );
}
