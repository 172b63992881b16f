#pragma once
// toml++ is C++ in headers alone; this module only finds where they are (see CTOML).
