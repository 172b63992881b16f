import ArgumentParser
import GuestAccess
import Machines
import SystemPackage

/// The command `quiver cp`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy files and folders into a machine or out of it.",
        discussion: """
            A path in a machine is written NAME:PATH; one of the two is such a path.
              quiver cp notes.txt vm1:/tmp/
              quiver cp vm1:/var/log/cloud-init.log .
            """,
    )

    @Argument(help: "What to copy.")
    var source: String

    @Argument(help: "Where to.")
    var destination: String

    func run() async throws {
        switch (CopyPlace(source), CopyPlace(destination)) {
        case (.host(let path), .guest(let name, let target)):
            try await withAttachedMachine(name) { machine in
                try await machine.ssh().upload([FilePath(path)], to: target)
            }
        case (.guest(let name, let path), .host(let target)):
            try await withAttachedMachine(name) { machine in
                try await machine.ssh().download([path], to: FilePath(target))
            }
        case (.host, .host), (.guest, .guest):
            throw CommandFailure(
                .usage,
                "one of \(source) and \(destination) must be in a machine, written NAME:PATH, and the other here",
            )
        }
    }
}

/// A place to copy from or to.
enum CopyPlace: Equatable {
    case host(String)
    case guest(name: String, path: String)

    /// Reads `NAME:PATH`; a colon after a slash belongs to a path of this host.
    init(_ text: String) {
        let name = text.prefix { $0 != ":" && $0 != "/" }
        let rest = text[name.endIndex...]
        if !name.isEmpty, rest.hasPrefix(":") {
            self = .guest(name: String(name), path: String(rest.dropFirst()))
        } else {
            self = .host(text)
        }
    }
}
