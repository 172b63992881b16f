// toml++ is C++, whose templates and exceptions Swift cannot use directly.
#include "ctoml.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <sstream>
#include <string_view>

#include <toml++/toml.h>

char *ctoml_json(const char *text, size_t length, char **problem, unsigned *line, unsigned *column) {
    *problem = nullptr;
    *line = *column = 0;
    try {
        std::ostringstream json;
        const toml::table table = toml::parse(std::string_view(text, length));
        json << toml::json_formatter{table};
        return strdup(json.str().c_str());
    } catch (const toml::parse_error &error) {
        *line = error.source().begin.line;
        *column = error.source().begin.column;
        *problem = strndup(error.description().data(), error.description().size());
    } catch (const std::exception &error) {
        *problem = strdup(error.what());
    }
    return nullptr;
}
