# What kind of bird is this?
def execute_command(image):
    birds = find(image, "bird")
    return classify(birds[0] if birds else image)
