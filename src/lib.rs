//! Feed-forward neural networks built from first principles, and a terminal user interface that
//! shows them learning. `src/README.md` is a guided tour of the code.

pub mod cli;
pub mod lesson;
pub mod model_file;
pub mod record;
pub mod settings;
pub mod train;
pub mod tui;
pub mod watch;

pub use data;
pub use nn;
pub use util;
pub use util::error;
