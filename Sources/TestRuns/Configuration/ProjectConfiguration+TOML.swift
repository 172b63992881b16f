import CloudImages
import HostSupport
import Quantities
public import SystemPackage
import TOML
import WireJSON

extension ProjectConfiguration {
    /// Reads the `[tool.quiver]` table of the project's `pyproject.toml`; without the file or the table, the defaults
    /// apply.
    ///
    /// - Throws: ``TestRunError`` with code `noProject` if there is no such directory, or `badConfiguration` that names
    ///   the file and the key.
    public init(project: FilePath) throws(TestRunError) {
        guard Directory.exists(project) else {
            throw TestRunError(.noProject, "\(project): no such directory; give the directory of a Python project")
        }
        let path = project.appending("pyproject.toml")
        let text: String
        do {
            text = try WholeFile.readText(path)
        } catch {
            guard error.reason == .noSuchFileOrDirectory else {
                throw TestRunError(.badConfiguration, "\(error)", cause: error)
            }
            self.init()
            return
        }
        try self.init(toml: text, path: path)
        if let name = image, case .file? = (try? ImageReference(name))?.target {
            image = try Self.ownFile(name, of: project, key: "image", path: path).string
        }
        if let userData {
            try readUserData(try Self.ownFile(userData, of: project, key: "user-data", path: path), path: path)
        }
    }

    /// A file that a project's setting names.
    ///
    /// A project may come from a stranger: what it names is in its own directory, also when links are followed.
    private static func ownFile(
        _ name: String,
        of project: FilePath,
        key: String,
        path: FilePath,
    ) throws(TestRunError) -> FilePath {
        let file = project.absolute.pushing(FilePath(name))
        let isOwn =
            HostFile.exists(file)
            ? file.resolved.starts(with: project.resolved)
            : file.lexicallyNormalized().starts(with: project.absolute)
        guard isOwn else {
            throw TestRunError(
                .badConfiguration,
                "\(path): tool.quiver.\(key): \(name) is outside the project; move it there, "
                    + "or give it by hand: --\(key) \(file.lexicallyNormalized())",
            )
        }
        return file.lexicallyNormalized()
    }

    /// Uses a file as the user-data for the guest's cloud-init.
    ///
    /// - Throws: ``TestRunError`` with code `badConfiguration` if it cannot be read.
    public mutating func useUserData(at file: FilePath) throws(TestRunError) {
        try readUserData(file, path: file)
    }

    private mutating func readUserData(_ file: FilePath, path: FilePath) throws(TestRunError) {
        userData = file.string
        guard packages.isEmpty else {
            throw TestRunError(
                .badConfiguration,
                "\(path): tool.quiver.packages and tool.quiver.user-data cannot be combined; "
                    + "list the packages in \(file), under packages:",
            )
        }
        do {
            userDataText = try WholeFile.readText(file)
        } catch {
            throw TestRunError(.badConfiguration, "user-data: \(error)", cause: error)
        }
    }

    /// Reads the `[tool.quiver]` table of TOML text.
    ///
    /// - Parameter path: The file's name in errors.
    public init(toml text: String, path: FilePath) throws(TestRunError) {
        self.init()
        let document: JSONObject
        do {
            document = try TOMLDocument.table(of: text)
        } catch {
            throw TestRunError(.badConfiguration, "\(path): not TOML: \(error)", cause: error)
        }
        guard let table = document["tool"]?["quiver"]?.objectValue else { return }
        let reader = TableReader(table: table, path: path)
        try reader.refuseUnknownKeys(Self.keys)
        image = try reader.string("image") ?? image
        cpus = try reader.wholeNumber("cpus", in: 1...255) ?? cpus
        memory = try reader.size("memory") ?? memory
        packages = try reader.strings("packages") ?? packages
        setup = try reader.strings("setup") ?? setup
        userData = try reader.string("user-data") ?? userData
        include = try reader.strings("include") ?? include
        exclude = try reader.strings("exclude") ?? exclude
        pytest = try reader.words("pytest") ?? pytest
        user = try reader.string("user") ?? user
        isolate = try reader.choice("isolate") ?? isolate
        checkpoint = try reader.choice("checkpoint") ?? checkpoint
        artifacts = try reader.pathsBelowTheProject("artifacts") ?? artifacts
        network = try reader.choice("network") ?? network
    }

    private static let keys = [
        "image", "cpus", "memory", "packages", "setup", "user-data", "include", "exclude", "pytest", "user", "isolate",
        "checkpoint", "artifacts", "network",
    ]
}

/// Reads typed values of one table; errors name the file and the key.
private struct TableReader {
    let table: JSONObject
    let path: FilePath

    func refuseUnknownKeys(_ known: [String]) throws(TestRunError) {
        for key in table.members.map(\.name) where !known.contains(key) {
            throw bad(key, "is not a setting; the settings are \(known.joined(separator: ", "))")
        }
    }

    func string(_ key: String) throws(TestRunError) -> String? {
        guard let value = table[key] else { return nil }
        guard let text = value.stringValue, !text.isEmpty else { throw bad(key, "must be a string") }
        return text
    }

    func wholeNumber(_ key: String, in range: ClosedRange<Int>) throws(TestRunError) -> Int? {
        guard let value = table[key] else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw bad(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func size(_ key: String) throws(TestRunError) -> ByteCount? {
        guard let text = try string(key) else { return nil }
        guard let size = ByteCount(parsing: text), size > .zero else {
            throw bad(key, "\"\(text)\" is not a size; use e.g. \"512M\" or \"2G\"")
        }
        return size
    }

    func strings(_ key: String) throws(TestRunError) -> [String]? {
        guard let value = table[key] else { return nil }
        let complaint = bad(key, "must be a list of strings, e.g. [\"a\", \"b\"]")
        guard let array = value.arrayValue else { throw complaint }
        var texts: [String] = []
        for element in array {
            guard let text = element.stringValue else { throw complaint }
            texts.append(text)
        }
        return texts
    }

    /// Paths or patterns that are copied to the same place on the host.
    func pathsBelowTheProject(_ key: String) throws(TestRunError) -> [String]? {
        guard let paths = try strings(key) else { return nil }
        for path in paths where path.hasPrefix("/") || path.split(separator: "/").contains("..") {
            throw bad(key, "\"\(path)\" is outside the project; use a path below it, e.g. \"out/\"")
        }
        return paths
    }

    /// A command: a list of words, or a string that is split at its spaces.
    func words(_ key: String) throws(TestRunError) -> [String]? {
        guard let value = table[key] else { return nil }
        let words: [String]?
        if let text = value.stringValue {
            words = text.split(separator: " ").map(String.init)
        } else {
            words = try strings(key)
        }
        guard let words, !words.isEmpty else { throw bad(key, "must name a command") }
        return words
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String
    ) throws(TestRunError) -> Choice? where Choice.RawValue == String {
        guard let text = try string(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let choices = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw bad(key, "\"\(text)\" is not valid; use one of \(choices)")
        }
        return choice
    }

    private func bad(_ key: String, _ problem: String) -> TestRunError {
        TestRunError(.badConfiguration, "\(path): tool.quiver.\(key): \(problem)")
    }
}
