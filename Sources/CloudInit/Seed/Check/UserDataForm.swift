/// What cloud-init takes a user-data or vendor-data for, by its beginning.
///
/// Blank lines before it and its case do not matter; anything else before it does. Source: the inclusion types of
/// cloud-init's handlers.
enum UserDataForm: Equatable {
    case empty
    case cloudConfig
    case cloudConfigArchive
    case jinja
    case script
    case includes
    case boothook
    case partHandler
    case multipart
    case unknown

    private static let beginnings: [(String, UserDataForm)] = [
        ("#cloud-config-archive", .cloudConfigArchive),
        ("#cloud-config", .cloudConfig),
        ("## template: jinja", .jinja),
        ("#!", .script),
        ("#include", .includes),
        ("#cloud-boothook", .boothook),
        ("#part-handler", .partHandler),
    ]

    init(_ text: String) {
        let start = text.drop(while: \.isWhitespace).prefix(32).lowercased()
        if start.isEmpty {
            self = .empty
        } else if text.prefix(4096).lowercased().contains("mime-version:") {
            self = .multipart
        } else {
            self = Self.beginnings.first { start.hasPrefix($0.0) }?.1 ?? .unknown
        }
    }
}
