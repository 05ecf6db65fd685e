//! Built-in data sets. `datasets/NOTICE` names their sources and licences.

/// A built-in data set.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// Name on the command line.
    pub name: &'static str,
    /// Table in CSV with a header; the last column is predicted.
    pub csv: &'static str,
    /// Description in one line.
    pub about: &'static str,
    /// Width and height, if every row is an image whose pixels are the columns, row by row.
    pub image: Option<(usize, usize)>,
}

macro_rules! built_in {
    ($name:literal, $about:literal) => {
        built_in!("", $name, $about)
    };
    ($folder:literal, $name:literal, $about:literal) => {
        BuiltIn {
            name: $name,
            csv: include_str!(concat!("../../../datasets/", $folder, $name, ".csv")),
            about: $about,
            image: None,
        }
    };
}

/// All built-in data sets in the order of the help text; the first one is the default.
pub static BUILT_IN: [BuiltIn; 9] = [
    built_in!(
        "iris",
        "three species of iris, told apart by four lengths of their flowers"
    ),
    built_in!(
        "wine",
        "three cultivars, told apart by 13 chemical measurements of the wine"
    ),
    built_in!(
        "breast-cancer",
        "malignant or benign, from 30 measurements of cell nuclei"
    ),
    BuiltIn {
        image: Some((8, 8)),
        ..built_in!("digits", "handwritten digits as images of 8x8 pixels")
    },
    built_in!("xor", "four corners; opposite corners share a class"),
    built_in!("circles", "a ring around a ring"),
    built_in!("moons", "two half circles that reach into each other"),
    built_in!("spiral", "three arms that wind around each other"),
    built_in!("sine", "a wave with noise, to predict as a number"),
];

/// Small tables of the lessons, which the help does not list.
static OF_LESSONS: [BuiltIn; 4] = [
    built_in!("lessons/", "one-neuron", "two points on a line"),
    built_in!("lessons/", "hand", "four corners, to compute by hand"),
    built_in!("lessons/", "clean-sine", "a wave without noise"),
    built_in!("lessons/", "noisy-moons", "two half circles with noise"),
];

/// Finds the built-in data set called `name`.
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    let mut all = BUILT_IN.iter().chain(&OF_LESSONS);
    all.find(|built_in| built_in.name == name)
}

#[cfg(test)]
mod tests;
