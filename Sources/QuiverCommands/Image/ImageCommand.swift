import ArgumentParser

/// `quiver image`: the images that machines start from.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "List, get, build and remove the images that machines start from.",
        subcommands: [ImageList.self, ImageBuild.self, ImageInfo.self],
    )
}
