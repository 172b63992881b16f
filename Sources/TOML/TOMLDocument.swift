import CTOML
import LibC
public import WireJSON

/// Reading TOML, with toml++.
public enum TOMLDocument {
    /// The document's table, as JSON: a date or time is a string, everything else has a counterpart.
    ///
    /// - Throws: ``TOMLError``.
    public static func table(of text: String) throws(TOMLError) -> JSONObject {
        var text = text
        var problem: UnsafeMutablePointer<CChar>?
        var (line, column): (UInt32, UInt32) = (0, 0)
        let found = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                ctoml_json(characters.baseAddress, characters.count, &problem, &line, &column)
            }
        }
        defer {
            free(found)
            free(problem)
        }
        guard let found else {
            let problem = problem.map { String(cString: $0) } ?? "it cannot be read"
            throw TOMLError(problem, line: Int(line), column: Int(column))
        }
        guard let table = try? JSON.parse(String(cString: found)).objectValue else {
            throw TOMLError("it cannot be represented", line: 0, column: 0)
        }
        return table
    }
}

/// Why a text is not TOML.
public struct TOMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in toml++'s words.
    public let problem: String
    /// The line, counted from 1; 0 if the text as a whole is meant.
    public let line: Int
    /// The column, counted from 1.
    public let column: Int

    init(_ problem: String, line: Int, column: Int) {
        self.problem = problem
        self.line = line
        self.column = column
    }

    /// The problem with its place, as in `line 3, column 5: …`; in one line.
    public var description: String {
        let text = problem.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line > 0 ? "line \(line), column \(column): \(text)" : text
    }
}
